// Bottom-up attention: what stands out is let through, with no query asking for it.  Inputs x are maps of activity in
// one dimension, (B, C, N), or two, (B, C, H, W); neighbourhoods lie within a channel.
import { ArgumentError, ShapeError } from '../errors.js';
import { show } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { relu, sigmoid } from './activation.js';
import { add, div, mul, type Operand, sub } from './binary.js';
import { conv1d, conv2d } from './conv.js';
import { softmax } from './softmax.js';
import { expectDType, expectShape } from './util.js';
import { reshape } from './view.js';

/**
 * The neighbourhood that a place is compared with: weights (2 radius + 1)^dims that fall off as a binomial, the
 * nearest thing to a Gaussian without rounding, and add up to 1; with the place itself, or without it.
 * @throws ArgumentError
 */
export function surround(
  like: Tensor,
  dims: 1 | 2,
  radius: number,
  { center = true }: { center?: boolean } = {},
): Tensor {
  if (!Number.isInteger(radius) || radius < 1 || radius > 20)
    throw new ArgumentError(`radius must be an integer of 1..20, got ${radius}`);
  let row = [1];
  for (let i = 0; i < 2 * radius; i++) row = [...row, 0].map((w, j) => w + (row[j - 1] ?? 0));
  const weights = dims === 1 ? row : row.flatMap((a) => row.map((b) => a * b));
  if (!center) weights[(weights.length - 1) / 2] = 0;
  const total = weights.reduce((a, b) => a + b);
  const shape = dims === 1 ? [row.length] : [row.length, row.length];
  return Tensor.from(
    like.arena,
    weights.map((w) => w / total),
    shape,
  );
}

/** The constants of divisive normalisation. */
export interface NormalizationOptions {
  /** σ, positive: activity far below it passes in proportion, far above it only its share of the pool counts; default 1 */
  sigma?: Operand;
  /** γ: the response where a place is as active as its pool, and both far above σ; default 1 */
  gamma?: Operand;
  /** n: 1, or 2 (default) */
  exponent?: 1 | 2;
}

/**
 * Divisive normalisation (Carandini & Heeger 2012, eq. 10): R_i = γ D_i^n / (σ^n + Σ_j w_ij D_j^n), the activity of a
 * place divided by that of its surroundings, so that what differs from them stands out and a common factor goes.
 * D = max(x, 0), (B, C, N) or (B, C, H, W); w (K) or (K, K), K odd, the same at every place; beyond the edge is
 * nothing.
 * @throws ShapeError, DTypeError, ArgumentError
 */
export function divisiveNormalization(
  x: Tensor,
  w: Tensor,
  { sigma = 1, gamma = 1, exponent = 2 }: NormalizationOptions = {},
): Tensor {
  if (exponent !== 1 && exponent !== 2) throw new ArgumentError(`exponent must be 1 or 2, got ${exponent}`);
  return x.arena.scope(() => {
    const raised = (v: Tensor): Tensor => (exponent === 1 ? v : mul(v, v));
    const drive = raised(relu(x));
    const s = typeof sigma !== 'number' ? raised(sigma) : exponent === 1 ? sigma : sigma * sigma;
    return div(mul(drive, gamma), add(pooled(drive, w), s));
  });
}

/**
 * Lateral inhibition: y_i = max(0, x_i - β Σ_j w_ij x_j).  Neighbours suppress one another, so that edges and peaks
 * remain and even areas vanish (Hartline & Ratliff 1957).  Shapes as for divisiveNormalization; w is best without its
 * centre.
 * @param beta how strongly; 1 silences what is as active as its surroundings
 */
export function lateralInhibition(x: Tensor, w: Tensor, beta: Operand = 1): Tensor {
  return x.arena.scope(() => relu(sub(x, mul(pooled(x, w), beta))));
}

/**
 * Gating: y = σ(s) x, each place let through by as much as its saliency s says.  s broadcasts to x: (B, 1, N) opens
 * and closes all channels of a place together.
 */
export function gate(x: Tensor, s: Tensor): Tensor {
  return x.arena.scope(() => mul(x, sigmoid(s)));
}

/**
 * A map of scores as one distribution over all its places: s (B, N) or (B, H, W) -> α of the same shape, each (H, W)
 * adding up to 1.
 */
export function spatialDistribution(s: Tensor): Tensor {
  expectDType(s, 's', 'f32');
  if (s.rank !== 2 && s.rank !== 3)
    throw new ShapeError(`s must be (B, N) or (B, H, W), got ${show(s.shape)}`);
  return s.arena.scope(() => reshape(softmax(reshape(s, [s.shape[0], -1]), -1), s.shape));
}

/** Σ_j w_ij x_j within each channel. */
function pooled(x: Tensor, w: Tensor): Tensor {
  expectDType(x, 'x', 'f32');
  const dims = x.rank - 2;
  if (dims !== 1 && dims !== 2)
    throw new ShapeError(`x must be (B, C, N) or (B, C, H, W), got ${show(x.shape)}`);
  const K = w.shape[0];
  expectShape(w, 'w', new Array(dims).fill(K));
  if (K % 2 === 0) throw new ShapeError(`w must have an odd size, got ${show(w.shape)}`);
  const [B, C, ...space] = x.shape;
  // Each channel is an image of its own to one filter.
  const planes = reshape(x, [B * C, 1, ...space]);
  const conv = dims === 1 ? conv1d : conv2d;
  const y = conv(planes, reshape(w, [1, 1, ...w.shape]), null, { padding: (K - 1) / 2 });
  return reshape(y, x.shape);
}
