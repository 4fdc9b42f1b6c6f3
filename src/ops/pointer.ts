// Pointing (Vinyals et al. 2015): the attention distribution over the inputs is the output itself.  Notes' symbols:
// scores s, attention distribution α over N encoder states e_n for each of M decoder states d_m.

import { ArgumentError, ShapeError } from '../errors.js';
import { show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { maskedFill } from './compare.js';
import { additiveScore } from './score.js';
import { attentionDistribution } from './soft-attention.js';
import { expectDType } from './util.js';
import type { Weight } from './weight.js';

/** The parameters of s_mn = vᵀ tanh(W₁ e_n + W₂ d_m). */
export interface PointerParameters {
  /** (A, E): on the encoder's states */
  W1: Weight;
  /** (A, D): on the decoder's states */
  W2: Weight;
  /** (A) */
  v: Tensor;
}

/**
 * s_mn = vᵀ tanh(W₁ e_n + W₂ d_m) (Vinyals et al. 2015, eq. 3): e (B, N, E), d (B, M, D) -> (B, M, N).
 * @param mask broadcastable to the scores, bool or u8: true = may not be pointed at, score -inf
 * @throws ShapeError, DTypeError
 */
export function pointerScores(
  e: Tensor,
  d: Tensor,
  { W1, W2, v }: PointerParameters,
  mask?: Tensor | null,
): Tensor {
  return e.arena.scope(() => {
    const s = additiveScore(e, d, { W: W1, U: W2, v });
    return mask ? maskedFill(s, mask, Number.NEGATIVE_INFINITY) : s;
  });
}

/** α_m = softmax(s_m): where decoder step m points, (B, M, N).  Arguments as for pointerScores. */
export function pointerDistribution(
  e: Tensor,
  d: Tensor,
  parameters: PointerParameters,
  mask?: Tensor | null,
): Tensor {
  return e.arena.scope(() => attentionDistribution(pointerScores(e, d, parameters, mask)));
}

/**
 * What was pointed at before: pointed (B, M) i32 -> (B, M, N) bool, true at [b, m, n] if one of the steps before m
 * pointed at n.  Negative entries point at nothing.
 * @param lengths inputs of each sequence; those beyond are true at every step
 */
export function pointedMask(pointed: Tensor, N: number, lengths?: readonly number[]): Tensor {
  expectDType(pointed, 'pointed', 'i32');
  if (pointed.rank !== 2) throw new ShapeError(`pointed must be (B, M), got ${show(pointed.shape)}`);
  const [B, M] = pointed.shape;
  const at = pointed.toArray();
  const mask = new Uint8Array(B * M * N);
  for (let b = 0; b < B; b++)
    for (let m = 0; m < M; m++) {
      const n = at[b * M + m];
      if (n >= N) throw new ArgumentError(`pointed must be below ${N}, got ${n} at [${b}, ${m}]`);
      if (n >= 0) for (let later = m + 1; later < M; later++) mask[(b * M + later) * N + n] = 1;
      if (lengths) mask.fill(1, (b * M + m) * N + lengths[b], (b * M + m + 1) * N);
    }
  return Tensor.from(pointed.arena, mask, [B, M, N], 'bool');
}
