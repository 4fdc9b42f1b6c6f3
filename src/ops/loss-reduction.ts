// From the losses of rows or elements to what a loss function returns, and the way back.
import { ArgumentError } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';
import { Reduce } from './kinds.js';
import { output } from './util.js';
import { contiguous } from './view.js';

/** What becomes of the losses of rows or elements: their mean (default), their sum, or all of them. */
export type Reduction = 'none' | 'mean' | 'sum';

/** Gradient of each single loss, as the kernels take it: an address, and 0 where one number serves all. */
export interface Upstream {
  ptr: number;
  step: 0 | 1;
}

export interface Reduced {
  y: Tensor;
  upstream(dy: Tensor): Upstream;
}

/** @throws ArgumentError for an unknown reduction */
export function checkReduction(reduction: Reduction): void {
  if (!['none', 'mean', 'sum'].includes(reduction))
    throw new ArgumentError(`reduction must be none, mean or sum, got ${JSON.stringify(reduction)}`);
}

/** `loss` is dense and new; the mean is taken over `count`. Not recorded: the caller does that. */
export function reduceLoss(loss: Tensor, reduction: Reduction, count: () => number): Reduced {
  if (reduction === 'none') return { y: loss, upstream: (dy) => ({ ptr: contiguous(dy).ptr, step: 1 }) };
  const y = total(loss);
  if (reduction === 'sum') return { y, upstream: (dy) => ({ ptr: dy.ptr, step: 0 }) };
  const n = count();
  y.data[0] /= n;
  return { y, upstream: (dy) => ({ ptr: Tensor.from(dy.arena, [dy.item() / n], []).ptr, step: 0 }) };
}

/** The sum of a dense tensor as a scalar, in doubles and rounded once. */
export function total(x: Tensor): Tensor {
  const y = output(x, []);
  x.arena.kernels.reduce_f32(y.ptr, x.ptr, Reduce.sum, x.numel, 1, x.numel, 0, 1);
  return y;
}
