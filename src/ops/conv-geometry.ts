// Sizes of a convolution or pooling in one, two or three dimensions, and the record that tells them to the
// kernels (assembly/conv/geometry.ts).
import { ArgumentError, ShapeError } from '../errors.js';
import type { Arena } from '../tensor/arena.js';
import { type Shape, show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/** One number for every dimension, or one for each. */
export type PerDimension = number | readonly number[];

/**
 * Zeros around the input: the same before and after (PyTorch), a pair [before, after] for each dimension, `valid`
 * for none, or `same` for as many as keep the size at stride 1, the odd one after.
 */
export type Padding = PerDimension | readonly (readonly [before: number, after: number])[] | 'same' | 'valid';

/** Sizes with one entry for each spatial dimension. */
export interface Window {
  /** input */
  size: readonly number[];
  kernel: readonly number[];
  stride: readonly number[];
  dilation: readonly number[];
  /** zeros before and after */
  padding: readonly (readonly [number, number])[];
  /** output */
  out: readonly number[];
}

export interface WindowOptions {
  stride?: PerDimension;
  padding?: Padding;
  dilation?: PerDimension;
}

/**
 * @param what the function, for messages
 * @param ceilMode count a last window that begins inside the input or the padding before it, but ends outside
 * @throws ArgumentError, ShapeError if no window fits
 */
export function windowOf(
  what: string,
  size: Shape,
  kernel: Shape,
  { stride = 1, padding = 0, dilation = 1 }: WindowOptions,
  ceilMode = false,
): Window {
  const dims = size.length;
  const w = {
    ...{ size, kernel },
    stride: each(stride, dims, 'stride', 1),
    dilation: each(dilation, dims, 'dilation', 1),
  };
  each(kernel, dims, 'kernel size', 1);
  const spans = kernel.map((k, i) => w.dilation[i] * (k - 1));
  const pads = pairs(padding, spans, w.stride);
  const out = size.map((n, i) => {
    const [before, after] = pads[i];
    const rest = n + before + after - spans[i] - 1;
    let count = (ceilMode ? Math.ceil : Math.floor)(rest / w.stride[i]) + 1;
    if (ceilMode && (count - 1) * w.stride[i] >= n + before) count--;
    return count;
  });
  if (out.some((n) => n < 1))
    throw new ShapeError(
      `${what}: a kernel of ${show(kernel)} with dilation ${show(w.dilation)} does not fit into ${show(size)} with padding ${JSON.stringify(pads)}`,
    );
  return { ...w, padding: pads, out };
}

function pairs(padding: Padding, spans: readonly number[], stride: readonly number[]): [number, number][] {
  if (padding === 'valid') return spans.map(() => [0, 0]);
  if (padding === 'same') {
    if (stride.some((s) => s !== 1)) throw new ArgumentError("padding 'same' needs a stride of 1");
    return spans.map((n) => [Math.floor(n / 2), Math.ceil(n / 2)]);
  }
  if (typeof padding === 'string')
    throw new ArgumentError(`padding must be numbers, 'same' or 'valid', got '${String(padding)}'`);
  if (typeof padding !== 'number' && typeof padding[0] === 'object') {
    const given = padding as readonly (readonly [number, number])[];
    if (given.length !== spans.length)
      throw new ArgumentError(`padding must have ${spans.length} pairs, got ${given.length}`);
    return given.map((pair) => each(pair, 2, 'padding', 0) as [number, number]);
  }
  return each(padding as PerDimension, spans.length, 'padding', 0).map((n) => [n, n]);
}

/** One integer of at least `least` for each dimension. */
export function each(value: PerDimension, dims: number, name: string, least: number): number[] {
  const list = typeof value === 'number' ? new Array<number>(dims).fill(value) : [...value];
  if (list.length !== dims || list.some((n) => !Number.isInteger(n) || n < least))
    throw new ArgumentError(
      `${name} must be an integer of at least ${least}, or ${dims} of them, got ${JSON.stringify(value)}`,
    );
  return list;
}

/** How many planes there are, and how many channels of input and output a group has. */
export interface Channels {
  N: number;
  G: number;
  C: number;
  M: number;
}

/** The record for y = f(x). */
export function forwardRecord(arena: Arena, { N, G, C, M }: Channels, w: Window): Tensor {
  const before = w.padding.map(([n]) => -n);
  const ones = w.size.map(() => 1);
  return record(arena, [N, G, C, M], [w.size, w.out, w.kernel, w.stride, before, w.dilation, ones]);
}

/** The record with which the same kernel computes dx from dy. */
export function backwardRecord(arena: Arena, { N, G, C, M }: Channels, w: Window): Tensor {
  const before = w.padding.map(([n]) => n);
  const ones = w.size.map(() => 1);
  const back = w.dilation.map((n) => -n);
  return record(arena, [N, G, M, C], [w.out, w.size, w.kernel, ones, before, back, w.stride]);
}

/** What a missing dimension has: sizes and factors of 1, no padding, and no step between its only tap. */
const MISSING = [1, 1, 1, 1, 0, 1, 1];

function record(arena: Arena, channels: number[], rows: readonly (readonly number[])[]): Tensor {
  const three = rows.map((row, i) => [...new Array<number>(3 - row.length).fill(MISSING[i]), ...row]);
  const all = [...channels, ...three.flat()];
  return Tensor.from(arena, all, [all.length], 'i32');
}
