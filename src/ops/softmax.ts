// Softmax and its logarithm along one dimension.
import { wrapDim } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { expectDType, output } from './util.js';
import { contiguous, transpose } from './view.js';

/** `torch.softmax`: exp(x) / sum(exp(x)) along `dim`.  A row of -inf gives zeros (PyTorch: NaN). */
export function softmax(x: Tensor, dim = -1): Tensor {
  return alongLast(x, dim, (dense, N, rows) => {
    const { kernels } = x.arena;
    const y = output(dense);
    kernels.softmax_f32(y.ptr, dense.ptr, N, N, N, 0, rows);
    return record(y, [dense], [y], (dy, [sy]) => {
      const dx = output(sy);
      kernels.softmax_f32_backward(dx.ptr, contiguous(dy).ptr, sy.ptr, N, N, N, N, 0, rows);
      return [dx];
    });
  });
}

/** `torch.log_softmax`: x - log(sum(exp(x))) along `dim`, without the detour through the softmax. */
export function logSoftmax(x: Tensor, dim = -1): Tensor {
  return alongLast(x, dim, (dense, N, rows) => {
    const { kernels } = x.arena;
    const y = output(dense);
    kernels.log_softmax_f32(y.ptr, dense.ptr, N, N, N, 0, rows);
    return record(y, [dense], [y], (dy, [sy]) => {
      const dx = output(sy);
      kernels.log_softmax_f32_backward(dx.ptr, contiguous(dy).ptr, sy.ptr, N, N, N, N, 0, rows);
      return [dx];
    });
  });
}

/** Runs an op on dense rows: `dim` is moved to the end for it and back. */
export function alongLast(
  x: Tensor,
  dim: number,
  op: (dense: Tensor, N: number, rows: number) => Tensor,
): Tensor {
  expectDType(x, 'x', 'f32');
  const d = wrapDim(dim, x.rank);
  const last = Math.max(0, x.rank - 1);
  return x.arena.scope(() => {
    const dense = contiguous(d === last ? x : transpose(x, d, last));
    const N = x.rank === 0 ? 1 : x.shape[d];
    const y = op(dense, N, N === 0 ? 0 : x.numel / N);
    return d === last ? y : transpose(y, d, last);
  });
}
