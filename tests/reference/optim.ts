// Optimiser steps for one parameter in doubles, as torch.optim documents them.

export interface AdamOptions {
  lr: number;
  beta1: number;
  beta2: number;
  eps: number;
  decay: number;
  decoupled: boolean;
  amsgrad: boolean;
}

export interface AdamState {
  p: number;
  m: number;
  v: number;
  largest: number;
}

/** One step of Adam, or of AdamW (`decoupled`); t counts from 1. */
export function adam(s: AdamState, gradient: number, t: number, o: AdamOptions): AdamState {
  const g = o.decoupled ? gradient : gradient + o.decay * s.p;
  const p = o.decoupled ? s.p * (1 - o.lr * o.decay) : s.p;
  const m = o.beta1 * s.m + (1 - o.beta1) * g;
  const v = o.beta2 * s.v + (1 - o.beta2) * g * g;
  const largest = Math.max(s.largest, v);
  const used = (o.amsgrad ? largest : v) / (1 - o.beta2 ** t);
  return { p: p - (o.lr * (m / (1 - o.beta1 ** t))) / (Math.sqrt(used) + o.eps), m, v, largest };
}

export interface SgdOptions {
  lr: number;
  momentum: number;
  dampening: number;
  decay: number;
  nesterov: boolean;
}

export interface SgdState {
  p: number;
  buffer: number;
}

/** One step of SGD; t counts from 1. */
export function sgd({ p, buffer }: SgdState, gradient: number, t: number, o: SgdOptions): SgdState {
  const g = gradient + o.decay * p;
  if (o.momentum === 0) return { p: p - o.lr * g, buffer };
  const b = t === 1 ? g : o.momentum * buffer + (1 - o.dampening) * g;
  return { p: p - o.lr * (o.nesterov ? g + o.momentum * b : b), buffer: b };
}
