// What the tests of Adam share: the arrays of one parameter, and one step on them.
import type { AdamOptions } from '../reference/optim.js';
import type { Bench } from './harness.js';

const flags = (o: AdamOptions) => (o.decoupled ? 'adamw_f32' : 'adam_f32');

/** What is in memory for one parameter array. */
export interface Slots {
  p: number;
  m: number;
  v: number;
  largest: number;
}

export function adamStep(
  b: Bench,
  s: Slots,
  g: ArrayLike<number>,
  t: number,
  o: AdamOptions,
  begin: number,
  end: number,
) {
  const largest = o.amsgrad ? s.largest : 0;
  b.kernels[flags(o)](
    s.p,
    s.m,
    s.v,
    largest,
    b.f32(g, 4),
    o.lr,
    o.beta1,
    o.beta2,
    o.eps,
    o.decay,
    t,
    begin,
    end,
  );
}

export function slots(b: Bench, p: ArrayLike<number>): Slots {
  const zeros = () => b.f32(new Float32Array(p.length));
  return { p: b.f32(p, 4), m: zeros(), v: zeros(), largest: zeros() };
}
