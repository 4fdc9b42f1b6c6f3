// Self-attention, and what it is compared with in the notes: a fully connected layer over the same positions.
import { ShapeError } from '../errors.js';
import { add } from '../ops/binary.js';
import { linear } from '../ops/linear.js';
import { matmul } from '../ops/matmul.js';
import { scaledDotScore } from '../ops/score.js';
import { attend, attentionDistribution } from '../ops/soft-attention.js';
import { expectDType } from '../ops/util.js';
import { unsqueeze } from '../ops/view.js';
import type { Generator } from '../tensor/generator.js';
import { show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { zeros } from './init.js';
import { type Home, Module } from './module.js';
import { Parameter } from './parameter.js';
import { matrix } from './score.js';
import type { SoftAttentionResult } from './soft-attention.js';

/** Sizes and initial weights. */
export interface SelfAttentionOptions {
  /** size of queries and keys; default D */
  Dk?: number;
  /** size of values; default D */
  Dv?: number;
  /** for initial weights; default the arena's */
  generator?: Generator;
}

/**
 * Self-attention: every input asks, answers and is read.  q_n = W_q x_n, k_n = W_k x_n, v_n = W_v x_n and
 * y_n = Σ_j softmax_j(k_jᵀ q_n / √Dk) v_j (Vaswani et al. 2017).  Its weights α are made from the inputs, so a
 * sequence may have any length, and what stands where does not matter to it.
 * State: W_q, W_k (Dk, D), W_v (Dv, D), Glorot-uniform at first.
 */
export class SelfAttention extends Module {
  W_q: Parameter;
  W_k: Parameter;
  W_v: Parameter;

  constructor(home: Home, D: number, { Dk = D, Dv = D, generator }: SelfAttentionOptions = {}) {
    super(home);
    this.W_q = matrix(this, [Dk, D], generator);
    this.W_k = matrix(this, [Dk, D], generator);
    this.W_v = matrix(this, [Dv, D], generator);
  }

  /**
   * X (B, N, D) or (N, D) -> attention (B, N, Dv), alpha (B, N, N).
   * @param lengths inputs of each sequence; those beyond are not attended to
   */
  forward(X: Tensor, { lengths }: { lengths?: readonly number[] } = {}): SoftAttentionResult {
    return this.arena.scope(() => {
      const [q, k, v] = [this.W_q, this.W_k, this.W_v].map((w) => linear(X, w.matrix));
      const alpha = attentionDistribution(scaledDotScore(k, q), lengths && beyond(X, lengths));
      return { attention: attend(alpha, v), alpha };
    });
  }

  protected override packOwn(): void {
    for (const w of [this.W_q, this.W_k, this.W_v]) w.pack();
  }
}

/** (B, 1, N) bool, true beyond the length. @throws ShapeError */
function beyond(X: Tensor, lengths: readonly number[]): Tensor {
  const [B, N] = X.shape;
  if (X.rank !== 3 || lengths.length !== B || lengths.some((n) => !Number.isInteger(n) || n < 1 || n > N))
    throw new ShapeError(
      `lengths must be one of 1..N for each sequence of X ${show(X.shape)}, got ${show(lengths)}`,
    );
  const hidden = Uint8Array.from({ length: B * N }, (_, i) => (i % N < lengths[Math.floor(i / N)] ? 0 : 1));
  return Tensor.from(X.arena, hidden, [B, 1, N], 'bool');
}

/**
 * The fully connected layer over positions that self-attention stands beside: y_n = Σ_j w_nj x_j + b_n.  Its weights
 * belong to places, not to what stands there: they are the same for every input, and there are N of them in a row,
 * so it takes sequences of one length only.
 * State: W (N, N), Glorot-uniform at first, b (N), zeros.
 */
export class FullyConnectedPositions extends Module {
  W: Parameter;
  b: Parameter;

  constructor(
    home: Home,
    readonly N: number,
    { generator }: { generator?: Generator } = {},
  ) {
    super(home);
    this.W = matrix(this, [N, N], generator);
    this.b = new Parameter(this.arena, [N], zeros);
  }

  /** X (..., N, D) -> (..., N, D). @throws ShapeError for another length */
  forward(X: Tensor): Tensor {
    expectDType(X, 'X', 'f32');
    if (X.rank < 2 || X.shape[X.rank - 2] !== this.N)
      throw new ShapeError(`X must be (..., ${this.N}, D), got ${show(X.shape)}`);
    return this.arena.scope(() => add(matmul(this.W.tensor, X), unsqueeze(this.b.tensor, -1)));
  }
}
