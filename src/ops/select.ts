// The best of each row, and all of it in order.
import { ArgumentError } from '../errors.js';
import { wrapDim } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { expectDType, output } from './util.js';
import { contiguous, transpose } from './view.js';

/** Values in their new order, and where they were. */
export interface Selected {
  values: Tensor;
  /** i32, along `dim` */
  indices: Tensor;
}

/**
 * `torch.topk`: the k largest (or smallest) along `dim`, best first.  A NaN counts as the largest, of
 * equals the lower index comes first.  Not differentiable.
 * @throws ArgumentError unless 0 <= k <= size of dim
 */
export function topk(x: Tensor, k: number, { dim = -1, largest = true } = {}): Selected {
  expectDType(x, 'x', 'f32');
  const n = x.rank === 0 ? 1 : x.shape[wrapDim(dim, x.rank)];
  if (!Number.isInteger(k) || k < 0 || k > n) throw new ArgumentError(`k must be in 0..${n}, got ${k}`);
  const { kernels } = x.arena;
  return alongLast(x, dim, k, (values, indices, from, rows) => {
    const scratch = x.arena.scratch(4 * kernels.topk_f32_scratch(k));
    kernels.topk_f32(values, indices, from, scratch, n, k, n, Number(largest), 0, rows);
  });
}

/** `torch.sort(stable=True)`: ascending unless `descending`; a NaN counts as the largest. */
export function sort(x: Tensor, { dim = -1, descending = false } = {}): Selected {
  expectDType(x, 'x', 'f32');
  const n = x.rank === 0 ? 1 : x.shape[wrapDim(dim, x.rank)];
  const { kernels } = x.arena;
  return alongLast(x, dim, n, (values, indices, from, rows) => {
    const scratch = x.arena.scratch(4 * kernels.sort_f32_scratch(n));
    kernels.sort_f32(values, indices, from, scratch, n, n, Number(descending), 0, rows);
  });
}

/** Runs a kernel over dense rows, whose results have k columns; `dim` is moved to the end and back. */
function alongLast(
  x: Tensor,
  dim: number,
  k: number,
  run: (values: number, indices: number, from: number, rows: number) => void,
): Selected {
  const d = wrapDim(dim, x.rank);
  const last = Math.max(0, x.rank - 1);
  return x.arena.scope(() => {
    const dense = contiguous(transpose(x.detach(), d, last));
    const n = x.rank === 0 ? 1 : dense.shape[last];
    const shape = x.rank === 0 ? [] : [...dense.shape.slice(0, -1), k];
    const values = output(x, shape);
    const indices = output(x, shape, 'i32');
    if (n > 0) run(values.ptr, indices.ptr, dense.ptr, dense.numel / n);
    return { values: transpose(values, d, last), indices: transpose(indices, d, last) };
  });
}
