// Soft attention in the notes' symbols: inputs X = [x_1 ... x_N], a query q, scores s, the attention distribution α,
// and what is read, Σ_n α_n x_n.
import { ShapeError } from '../errors.js';
import { attend, attentionDistribution } from '../ops/soft-attention.js';
import { flatten } from '../ops/view.js';
import { show } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import type { Score } from './score.js';

/** What was read, and how much of each input. */
export interface SoftAttentionResult {
  /** (..., D), or (..., M, D) for several queries: Σ_n α_n v_n */
  attention: Tensor;
  /** (..., N) or (..., M, N) */
  alpha: Tensor;
}

/**
 * Soft attention: α = softmax(s(X, q)), and the mean of the inputs weighted by it.
 * State: score.*
 */
export class SoftAttention extends Module {
  score: Score;

  constructor(score: Score) {
    super(score);
    this.score = score;
  }

  /**
   * X (..., N, D), q (Dq) or Q (..., M, Dq) with X's leading sizes.
   * @param mask broadcastable to the scores, bool or u8: true = may not be attended to
   */
  forward(X: Tensor, q: Tensor, mask?: Tensor | null): SoftAttentionResult {
    return this.arena.scope(() => {
      const alpha = attentionDistribution(this.score.forward(X, q), mask);
      return { attention: attend(alpha, X), alpha };
    });
  }
}

/**
 * Key-value attention: the keys K = [k_1 ... k_N] are compared with the query, the values V = [v_1 ... v_N] are read:
 * Σ_n α_n v_n with α = softmax(s(K, q)).  With K = V it is SoftAttention.
 * State: score.*
 */
export class KeyValueAttention extends Module {
  score: Score;

  constructor(score: Score) {
    super(score);
    this.score = score;
  }

  /** K (..., N, Dk), V (..., N, Dv), q (Dq) or Q (..., M, Dq); mask as in SoftAttention. @throws ShapeError */
  forward(K: Tensor, V: Tensor, q: Tensor, mask?: Tensor | null): SoftAttentionResult {
    if (K.rank !== V.rank || K.shape.slice(0, -1).join() !== V.shape.slice(0, -1).join())
      throw new ShapeError(`K ${show(K.shape)} and V ${show(V.shape)} differ in more than their last size`);
    return this.arena.scope(() => {
      const alpha = attentionDistribution(this.score.forward(K, q), mask);
      return { attention: attend(alpha, V), alpha };
    });
  }
}

/**
 * Multi-head attention in its first sense: M queries Q = [q_1 ... q_M] read the same inputs in parallel, each what it
 * asks for, and the results stand side by side: att((K, V), q_1) ⊕ ... ⊕ att((K, V), q_M).  Its modern form, where
 * every head has projections of its own, is MultiheadAttention.
 * State: score.*
 */
export class MultiQueryAttention extends KeyValueAttention {
  /** K (..., N, Dk), V (..., N, Dv), Q (..., M, Dq) -> attention (..., M Dv), alpha (..., M, N) */
  override forward(K: Tensor, V: Tensor, Q: Tensor, mask?: Tensor | null): SoftAttentionResult {
    if (Q.rank !== K.rank || Q.rank < 2)
      throw new ShapeError(`Q must be (..., M, Dq) beside K ${show(K.shape)}, got ${show(Q.shape)}`);
    return this.arena.scope(() => {
      const { attention, alpha } = super.forward(K, V, Q, mask);
      return { attention: flatten(attention, -2, -1), alpha };
    });
  }
}
