// Bottom-up and top-down attention over the same map X, (B, C, N) or (B, C, H, W): one is drawn by what stands out, the
// other sent by a query.
import { ShapeError } from '../errors.js';
import { mul } from '../ops/binary.js';
import { conv1d, conv2d } from '../ops/conv.js';
import { sum } from '../ops/reduce.js';
import { divisiveNormalization, gate, spatialDistribution, surround } from '../ops/saliency.js';
import { attend } from '../ops/soft-attention.js';
import { flatten, reshape, transpose } from '../ops/view.js';
import type { Generator } from '../tensor/generator.js';
import { show } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { constant, drawn, kaimingUniform, ones, zeros } from './init.js';
import { type Home, Module } from './module.js';
import { Parameter } from './parameter.js';
import type { Score } from './score.js';

/** What is attended to, and where. */
export interface SpatialAttentionResult {
  /** (B, C): the mean of all places, weighted by α */
  attention: Tensor;
  /** (B, N) or (B, H, W): where it looks */
  alpha: Tensor;
  /** of α's shape: what α is the softmax of */
  scores: Tensor;
}

/** How far inhibition reaches, and how steep it is. */
export interface DivisiveNormalizationOptions {
  /** places to each side that normalise; default 3 */
  radius?: number;
  /** default 2 */
  exponent?: 1 | 2;
}

/**
 * Divisive normalisation with learned constants; see F.divisiveNormalization.
 * State: w (K) or (K, K), a binomial window that adds up to 1 at first, sigma and gamma (), both 1 at first
 */
export class DivisiveNormalization extends Module {
  w: Parameter;
  sigma: Parameter;
  gamma: Parameter;
  readonly exponent: 1 | 2;

  constructor(
    home: Home,
    readonly dims: 1 | 2,
    { radius = 3, exponent = 2 }: DivisiveNormalizationOptions = {},
  ) {
    super(home);
    const { arena } = this;
    const K = 2 * radius + 1;
    const window = (w: Tensor): void => arena.scope(() => void w.data.set(surround(w, dims, radius).data));
    this.w = new Parameter(arena, dims === 1 ? [K] : [K, K], window);
    this.sigma = new Parameter(arena, [], ones);
    this.gamma = new Parameter(arena, [], ones);
    this.exponent = exponent;
  }

  /** X (B, C, N) or (B, C, H, W) -> the same shape */
  forward(X: Tensor): Tensor {
    const { sigma, gamma, exponent } = this;
    return divisiveNormalization(X, this.w.tensor, { sigma: sigma.tensor, gamma: gamma.tensor, exponent });
  }
}

/**
 * Gating by saliency: s = w ∗ X + b, one number a place from all channels of its neighbourhood, and σ(s) of X is let
 * through.  State: weight (1, C, K) or (1, C, K, K), bias (1)
 */
export class SaliencyGate extends Module {
  weight: Parameter;
  bias: Parameter;

  /** @param kernel K, odd; default 3 */
  constructor(
    home: Home,
    readonly dims: 1 | 2,
    readonly channels: number,
    { kernel = 3, generator }: { kernel?: number; generator?: Generator } = {},
  ) {
    super(home);
    const shape = [1, channels, ...new Array(dims).fill(kernel)];
    const fill = (w: Tensor, g: Generator) => kaimingUniform(w, { a: Math.sqrt(5), generator: g });
    this.weight = new Parameter(this.arena, shape, drawn(fill, shape, generator ?? this.arena.generator));
    this.bias = new Parameter(this.arena, [1], zeros);
  }

  /** X (B, C, N) or (B, C, H, W) -> what is let through, of the same shape, and the saliency (B, 1, N) or (B, 1, H, W) */
  forward(X: Tensor): { output: Tensor; saliency: Tensor } {
    return this.arena.scope(() => {
      const conv = this.dims === 1 ? conv1d : conv2d;
      const saliency = conv(X, this.weight.tensor, this.bias.tensor, { padding: 'same' });
      return { output: gate(X, saliency), saliency };
    });
  }
}

/**
 * Bottom-up attention: s_i is the activity of place i after divisive normalisation, summed over channels, times a
 * learned gain; α = softmax(s) over all places; what is attended to is Σ_i α_i x_i.  No query: where it looks depends
 * on the input alone.  State: normalization.*, gain ()
 */
export class BottomUpAttention extends Module {
  normalization: DivisiveNormalization;
  gain: Parameter;

  /** @param options.gain at first: the larger, the fewer places α lets in; default 4 */
  constructor(home: Home, dims: 1 | 2, options: DivisiveNormalizationOptions & { gain?: number } = {}) {
    super(home);
    this.normalization = new DivisiveNormalization(this.arena, dims, options);
    this.gain = new Parameter(this.arena, [], (w) => constant(w, options.gain ?? 4));
  }

  /** X (B, C, N) or (B, C, H, W) */
  forward(X: Tensor): SpatialAttentionResult {
    return this.arena.scope(() => {
      const scores = mul(sum(this.normalization.forward(X), { dim: 1 }), this.gain.tensor);
      return read(X, scores);
    });
  }
}

/**
 * Top-down attention on the same input: s_i = s(x_i, q) tells how well the channels of place i fit a query, the rest
 * is as in BottomUpAttention.  State: score.*
 */
export class TopDownAttention extends Module {
  score: Score;

  constructor(score: Score) {
    super(score);
    this.score = score;
  }

  /** X (B, C, N) or (B, C, H, W), q (Dq), or (B, Dq) for one query each */
  forward(X: Tensor, q: Tensor): SpatialAttentionResult {
    return this.arena.scope(() => {
      const places = placesOf(X);
      const s = this.score.forward(places, q.rank === 1 ? q : reshape(q, [q.shape[0], 1, q.shape[1]]));
      return read(X, reshape(s, [X.shape[0], ...X.shape.slice(2)]));
    });
  }
}

/** (B, C, N) or (B, C, H, W) as (B, N, C): each place a vector of its channels. @throws ShapeError */
function placesOf(X: Tensor): Tensor {
  if (X.rank !== 3 && X.rank !== 4)
    throw new ShapeError(`X must be (B, C, N) or (B, C, H, W), got ${show(X.shape)}`);
  return transpose(X.rank === 4 ? flatten(X, 2, 3) : X, 1, 2);
}

function read(X: Tensor, scores: Tensor): SpatialAttentionResult {
  const alpha = spatialDistribution(scores);
  return { attention: attend(reshape(alpha, [X.shape[0], -1]), placesOf(X)), alpha, scores };
}
