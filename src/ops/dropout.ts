// Dropout with a generator that is handed in: the same seed drops the same elements everywhere.
import { ArgumentError } from '../errors.js';
import type { Generator } from '../tensor/generator.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { expectDType, output } from './util.js';
import { contiguous } from './view.js';

/**
 * `torch.nn.functional.dropout` in training: each element is 0 with probability p, else x / (1 - p)
 * (Srivastava et al. 2014).  No mask is stored: the backward draws the same numbers again.
 * @throws ArgumentError unless 0 <= p <= 1 and there is a generator
 */
export function dropout(x: Tensor, p: number, generator?: Generator): Tensor {
  expectDType(x, 'x', 'f32');
  if (!(p >= 0 && p <= 1)) throw new ArgumentError(`p must be in [0, 1], got ${p}`);
  if (p === 0) return x.alias();
  if (!generator) throw new ArgumentError('dropout needs a generator: there is no hidden global one');
  const n = x.numel;
  const { seed, position } = generator.reserve(n);
  return x.arena.scope(() => {
    const drop = (from: Tensor): Tensor => {
      const y = output(from);
      const { kernels } = from.arena;
      kernels.dropout_f32(y.ptr, contiguous(from).ptr, seed, position, p, p === 1 ? 0 : 1 / (1 - p), 0, n);
      return y;
    };
    return record(drop(x), [x], [], (dy) => [drop(dy)]);
  });
}
