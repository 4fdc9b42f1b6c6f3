// From the hidden states of a sequence to one vector, as sentence-transformers does it.
import { ArgumentError } from '../errors.js';
import { record } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { expectDType, expectShape, needsGrad, output } from './util.js';
import { contiguous } from './view.js';

/** mean, sum / sqrt(tokens), position-weighted mean, maximum, first token, last token */
export type PoolMode = 'mean' | 'mean_sqrt_len' | 'weightedmean' | 'max' | 'cls' | 'lasttoken';

const MEANS: Partial<Record<PoolMode, number>> = { mean: 0, mean_sqrt_len: 1, weightedmean: 2 };

/**
 * hidden (B, S, D) f32 and mask (B, S) i32, u8 or bool (1 = token, 0 = padding; without one all are
 * tokens) -> (B, D).  Padding changes no bit, wherever it is (of `weightedmean`: to the right).
 * Gradients flow through the means.
 */
export function pool(hidden: Tensor, mask: Tensor | null, mode: PoolMode): Tensor {
  expectDType(hidden, 'hidden', 'f32');
  const [B, S, D] = hidden.shape;
  expectShape(hidden, 'hidden', [B, S, D]);
  if (mask) {
    expectDType(mask, 'mask', 'i32', 'u8', 'bool');
    expectShape(mask, 'mask', [B, S]);
  }
  const { kernels } = hidden.arena;
  return hidden.arena.scope(() => {
    const x = contiguous(hidden);
    const m = mask ? contiguous(mask) : null;
    const wide = Number(m?.dtype === 'i32');
    const y = output(x, [B, D]);
    const kind = MEANS[mode];
    if (kind !== undefined) {
      kernels.mean_pool_f32(y.ptr, x.ptr, m?.ptr ?? 0, wide, kind, S, D, 0, B);
      return record(y, [x], [m], (dy, [sm]) => {
        const dx = Tensor.empty(dy.arena, [B, S, D]);
        kernels.mean_pool_f32_backward(dx.ptr, contiguous(dy).ptr, sm?.ptr ?? 0, wide, kind, S, D, 0, B);
        return [dx];
      });
    }
    if (needsGrad(hidden))
      throw new ArgumentError(`pool: ${mode} has no gradient; detach() the hidden states`);
    if (mode === 'max') kernels.max_pool_f32(y.ptr, x.ptr, m?.ptr ?? 0, wide, S, D, 0, B);
    else if (mode === 'cls' || mode === 'lasttoken') {
      const place = output(x, [B], 'i32');
      kernels.token_place(place.ptr, m?.ptr ?? 0, wide, Number(mode === 'lasttoken'), S, 0, B);
      kernels.token_pool_f32(y.ptr, x.ptr, place.ptr, S, D, 0, B);
    } else
      throw new ArgumentError(
        `mode must be mean, mean_sqrt_len, weightedmean, max, cls or lasttoken, got ${JSON.stringify(mode)}`,
      );
    return y;
  });
}
