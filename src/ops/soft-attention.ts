// Soft attention in its two steps.  Notes' symbols: scores s, attention distribution α = softmax(s), values
// V = [v_1 ... v_N] (the inputs X themselves where there are no separate values).
import { ShapeError } from '../errors.js';
import { show } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { maskedFill } from './compare.js';
import { matmul } from './matmul.js';
import { softmax } from './softmax.js';
import { reshape, unsqueeze } from './view.js';

/**
 * Step one: α_n = exp(s_n) / Σ_j exp(s_j).  s (..., N) f32 -> (..., N).
 * @param mask broadcastable, bool or u8: true = n may not be attended to.  A row that may attend to
 *   nothing gives zeros.
 */
export function attentionDistribution(s: Tensor, mask?: Tensor | null): Tensor {
  if (!mask) return softmax(s, -1);
  return s.arena.scope(() => softmax(maskedFill(s, mask, Number.NEGATIVE_INFINITY), -1));
}

/** Step two: Σ_n α_n v_n, the weighted mean.  α (..., N), V (..., N, D) -> (..., D); or α (..., M, N) -> (..., M, D). */
export function attend(alpha: Tensor, V: Tensor): Tensor {
  if (alpha.rank === V.rank) return matmul(alpha, V);
  if (alpha.rank !== V.rank - 1)
    throw new ShapeError(`attend: α of shape ${show(alpha.shape)} does not fit V of shape ${show(V.shape)}`);
  return alpha.arena.scope(() => {
    const y = matmul(unsqueeze(alpha, -2), V);
    return reshape(y, [...y.shape.slice(0, -2), y.shape[y.rank - 1]]);
  });
}
