// Where the extremes stand.
import { ArgumentError } from '../errors.js';
import { numel, show, wrapDim } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { expectDType, output } from './util.js';
import { contiguous } from './view.js';

/** Along which dimension, and whether it stays as 1. */
export interface ArgOptions {
  /** default: over all elements */
  dim?: number;
  keepdim?: boolean;
}

/** `torch.argmax`, i32: the first of several equal; a NaN beats every number. */
export function argmax(x: Tensor, options: ArgOptions = {}): Tensor {
  return arg('argmax_f32', x, options);
}

/** `torch.argmin`, i32: the first of several equal; a NaN beats every number. */
export function argmin(x: Tensor, options: ArgOptions = {}): Tensor {
  return arg('argmin_f32', x, options);
}

function arg(kernel: 'argmax_f32' | 'argmin_f32', x: Tensor, { dim, keepdim = false }: ArgOptions): Tensor {
  expectDType(x, 'x', 'f32');
  const d = dim === undefined ? -1 : wrapDim(dim, x.rank);
  const [a, b] = d < 0 || x.rank === 0 ? [0, x.rank] : [d, d + 1];
  const [outer, n, inner] = [x.shape.slice(0, a), x.shape.slice(a, b), x.shape.slice(b)].map(numel);
  if (n === 0) throw new ArgumentError(`argmax over nothing: dimension of size 0 in ${show(x.shape)}`);
  const kept = keepdim ? new Array<number>(b - a).fill(1) : [];
  return x.arena.scope(() => {
    const dense = contiguous(x);
    const y = output(x, [...x.shape.slice(0, a), ...kept, ...x.shape.slice(b)], 'i32');
    x.arena.kernels[kernel](y.ptr, dense.ptr, n, inner, n * inner, 0, outer * inner);
    return y;
  });
}
