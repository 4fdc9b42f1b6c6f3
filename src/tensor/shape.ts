// Shapes and strides, counted in elements, and PyTorch's broadcasting.
import { ArgumentError, ShapeError } from '../errors.js';

/** Sizes of the dimensions, outermost first; none for a single number. */
export type Shape = readonly number[];

/** "[2, 3]" */
export function show(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** The number of elements; 1 for a scalar. */
export function numel(shape: Shape): number {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i];
  return n;
}

/** Whether two shapes are one. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Row-major strides. */
export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

/** Whether elements lie densely in row-major order (dimensions of size 1 may have any stride). */
export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] === 0) return true;
    if (shape[i] !== 1 && strides[i] !== step) return false;
    step *= shape[i];
  }
  return true;
}

/** @throws ShapeError unless every size is a non-negative integer and the product is addressable. */
export function checkShape(shape: Shape, what = 'shape'): void {
  for (const d of shape)
    if (!Number.isInteger(d) || d < 0)
      throw new ShapeError(`${what} must hold non-negative integers, got ${show(shape)}`);
  if (numel(shape) > 2 ** 31 - 1)
    throw new ShapeError(`${what} ${show(shape)} has more than ${2 ** 31 - 1} elements`);
}

/** @throws ArgumentError unless `n` is one of 1, 2, 3, … */
export function expectCount(n: number, name: string): void {
  if (!Number.isInteger(n) || n < 1) throw new ArgumentError(`${name} must be a positive integer, got ${n}`);
}

/** `dim` in [-rank, rank) as an index from the front. */
export function wrapDim(dim: number, rank: number, what = 'dim'): number {
  const n = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -n || dim >= n)
    throw new ArgumentError(`${what} must be in [${-n}, ${n - 1}] for a tensor of rank ${rank}, got ${dim}`);
  return dim < 0 ? dim + n : dim;
}

/**
 * The shape that both broadcast to: aligned at the last dimension, sizes equal or one of them 1.
 * @throws ShapeError that prints both shapes.
 */
export function broadcastShapes(a: Shape, b: Shape, what = 'operands'): number[] {
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const x = i <= a.length ? a[a.length - i] : 1;
    const y = i <= b.length ? b[b.length - i] : 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new ShapeError(`${what} of shapes ${show(a)} and ${show(b)} cannot be broadcast together`);
    out[rank - i] = x === 1 ? y : x;
  }
  return out;
}

/**
 * Strides that read a tensor of `shape` and `strides` as if it had shape `to` (0 where it is repeated).
 * @throws ShapeError when it does not broadcast to `to`.
 */
export function broadcastStrides(
  shape: Shape,
  strides: readonly number[],
  to: Shape,
  what = 'tensor',
): number[] {
  const lead = to.length - shape.length;
  const out = new Array<number>(to.length).fill(0);
  if (lead < 0) throw new ShapeError(`${what} of shape ${show(shape)} does not broadcast to ${show(to)}`);
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] === to[lead + i]) out[lead + i] = shape[i] === 1 ? 0 : strides[i];
    else if (shape[i] !== 1)
      throw new ShapeError(`${what} of shape ${show(shape)} does not broadcast to ${show(to)}`);
  }
  return out;
}

/** Sizes with one -1 filled in, as in `torch.reshape`. */
export function inferShape(shape: Shape, n: number): number[] {
  const hole = shape.indexOf(-1);
  if (hole < 0) return [...shape];
  const rest = numel(shape) * -1;
  if (shape.indexOf(-1, hole + 1) >= 0 || rest === 0 || n % rest !== 0)
    throw new ShapeError(`shape ${show(shape)} cannot be inferred for ${n} elements`);
  return shape.map((d) => (d === -1 ? n / rest : d));
}

/**
 * Strides of a view of `shape`/`strides` as `to` (same number of elements) without a copy, or null.
 * Each run of dimensions that is dense in memory may be split and merged freely.
 */
export function viewStrides(shape: Shape, strides: readonly number[], to: Shape): number[] | null {
  const n = numel(shape);
  if (n === 0) return rowMajor(to);
  const out = to.map(() => 0);
  let t = to.length - 1;
  let i = shape.length - 1;
  while (i >= 0) {
    if (shape[i] === 1) {
      i--;
      continue;
    }
    let run = shape[i];
    const base = strides[i];
    while (i > 0 && (shape[i - 1] === 1 || strides[i - 1] === base * run)) run *= shape[--i];
    i--;
    let done = 1;
    while (t >= 0 && (done < run || to[t] === 1)) {
      out[t] = base * done;
      done *= to[t--];
    }
    if (done !== run) return null;
  }
  for (; t >= 0; t--) out[t] = 1;
  return out;
}
