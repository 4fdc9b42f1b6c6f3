import { ArgumentError } from '../errors.js';
import { argmax } from '../ops/argmax.js';
import { maskedFill } from '../ops/compare.js';
import { gumbelSoftmax, hardAttentionMax, hardAttentionSample, reinforce } from '../ops/hard-attention.js';
import { mean } from '../ops/reduce.js';
import { attend, attentionDistribution } from '../ops/soft-attention.js';
import type { Generator } from '../tensor/generator.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import type { Score } from './score.js';

/** How hard attention chooses, and how it learns. */
export interface HardAttentionOptions {
  /**
   * How it is trained through a choice, which has no derivative.  `reinforce` (default): a sample, and loss() gives
   * the scores their gradient.  `gumbel`: a sample with a straight-through gradient, which needs no loss of its own.
   */
  estimator?: 'reinforce' | 'gumbel';
  /** temperature of `gumbel`: a lower one is closer to a choice, with a noisier gradient; default 1 */
  tau?: number;
  /** how much of its old value the baseline of `reinforce`, a running mean of rewards, keeps; default 0.9 */
  momentum?: number;
  /** of samples; default the arena's */
  generator?: Generator;
}

/** What was read, and what can be learned from it. */
export interface HardAttentionResult {
  /** (..., D) or (..., M, D): the input that was chosen */
  attention: Tensor;
  /** (...) or (..., M) i32: which one it is */
  index: Tensor;
  /** (..., N) or (..., M, N): what it was chosen by, -inf where masked */
  scores: Tensor;
}

/**
 * Hard attention: one input x_n̂ in place of a mean of all (Xu et al. 2015, 4.1).  In use n̂ is the argmax of the
 * scores, in training a seeded sample of α = softmax(s).
 * State: score.*
 */
export class HardAttention extends Module {
  score: Score;
  readonly estimator: 'reinforce' | 'gumbel';
  readonly tau: number;
  readonly momentum: number;
  readonly #generator: Generator;
  #baseline: number | null = null;

  /** @throws ArgumentError */
  constructor(score: Score, options: HardAttentionOptions = {}) {
    super(score);
    const { estimator = 'reinforce', tau = 1, momentum = 0.9, generator = this.arena.generator } = options;
    if (estimator !== 'reinforce' && estimator !== 'gumbel')
      throw new ArgumentError(`estimator must be 'reinforce' or 'gumbel', got ${JSON.stringify(estimator)}`);
    if (!(momentum >= 0 && momentum < 1))
      throw new ArgumentError(`momentum must be in [0, 1), got ${momentum}`);
    this.score = score;
    this.estimator = estimator;
    this.tau = tau;
    this.momentum = momentum;
    this.#generator = generator;
  }

  /** The running mean of rewards; 0 before the first. */
  get baseline(): number {
    return this.#baseline ?? 0;
  }

  /**
   * X (..., N, D), q (Dq) or Q (..., M, Dq) with X's leading sizes.
   * @param mask broadcastable to the scores, bool or u8: true = may not be chosen
   */
  forward(X: Tensor, q: Tensor, mask?: Tensor | null): HardAttentionResult {
    return this.arena.scope(() => {
      const s = this.score.forward(X, q);
      const scores = mask ? maskedFill(s, mask, Number.NEGATIVE_INFINITY) : s;
      if (!this.training) return { ...hardAttentionMax(scores, X), scores };
      if (this.estimator === 'reinforce')
        return { ...hardAttentionSample(attentionDistribution(scores.detach()), X, this.#generator), scores };
      const choice = gumbelSoftmax(scores, this.#generator, { tau: this.tau, hard: true });
      return { attention: attend(choice, X), index: argmax(choice, { dim: -1 }), scores };
    });
  }

  /**
   * For `reinforce`: what to add to the loss so that choices with a high reward become likelier; then counts the
   * rewards into the baseline, which the next call compares with.
   * @param reward (...) f32, of the shape of `index`: how good each choice was; a negative loss, say
   */
  loss({ scores, index }: HardAttentionResult, reward: Tensor): Tensor {
    if (this.estimator !== 'reinforce')
      throw new ArgumentError('only the estimator reinforce has a loss of its own');
    return this.arena.scope(() => {
      const now = mean(reward.detach()).item();
      const loss = reinforce(scores, index, reward, this.#baseline ?? now);
      this.#baseline =
        this.#baseline === null ? now : this.momentum * this.#baseline + (1 - this.momentum) * now;
      return loss;
    });
  }
}
