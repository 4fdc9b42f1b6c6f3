// Running sums.
import { numel, wrapDim } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { expectDType, output } from './util.js';
import { contiguous } from './view.js';

/** From which end, and whether an element counts itself. */
export interface CumsumOptions {
  /** leave each element out of its own sum, which then starts from 0; default false */
  exclusive?: boolean;
  /** sum from the last element backwards; default false */
  reverse?: boolean;
}

/** `torch.cumsum` along `dim`, in doubles and rounded at each element. */
export function cumsum(
  x: Tensor,
  dim: number,
  { exclusive = false, reverse = false }: CumsumOptions = {},
): Tensor {
  expectDType(x, 'x', 'f32');
  const d = wrapDim(dim, x.rank);
  const [n, inner] = [x.shape[d] ?? 1, numel(x.shape.slice(d + 1))];
  const outer = numel(x.shape.slice(0, d));
  return x.arena.scope(() => {
    const run = (from: Tensor, backwards: boolean): Tensor => {
      const dense = contiguous(from);
      const y = output(from);
      const flags = [Number(exclusive), Number(backwards)] as const;
      x.arena.kernels.cumsum_f32(y.ptr, dense.ptr, n, inner, ...flags, 0, outer * inner);
      return y;
    };
    return record(run(x, reverse), [x], [], (dy) => [run(dy, !reverse)]);
  });
}
