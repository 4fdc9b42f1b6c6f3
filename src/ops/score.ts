// Scoring functions: how well a query q fits an input x_n.  In the notes' symbols: inputs X = [x_1 ... x_N],
// a query q, scores s(x_n, q); several queries Q = [q_1 ... q_M] give one row of scores each.
import { ShapeError } from '../errors.js';
import { numel, show } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { mul } from './binary.js';
import { linear } from './linear.js';
import { matmul } from './matmul.js';
import { expectDType, expectShape, output, zeros } from './util.js';
import { contiguous, reshape, transpose, unsqueeze } from './view.js';
import type { Weight } from './weight.js';

/** s_n = x_nᵀ q.  X (..., N, D), q (D) -> (..., N); or Q (..., M, D) -> (..., M, N). */
export function dotScore(X: Tensor, q: Tensor): Tensor {
  if (q.rank === 1) return matmul(X, q);
  return X.arena.scope(() => matmul(q, transpose(X, -1, -2)));
}

/** s_n = x_nᵀ q / √D, which keeps the softmax from saturating where D is large (Vaswani et al. 2017). */
export function scaledDotScore(X: Tensor, q: Tensor): Tensor {
  return X.arena.scope(() => dotScore(X, mul(q, 1 / Math.sqrt(X.shape[X.rank - 1]))));
}

/**
 * s_n = x_nᵀ W q (Luong et al. 2015): X (..., N, D), W (D, Dq), q (Dq) or Q (..., M, Dq).  Input and query
 * may differ in size, and unlike the dot product it is not symmetric.
 */
export function bilinearScore(X: Tensor, q: Tensor, W: Weight): Tensor {
  return X.arena.scope(() => {
    const wq = linear(q.rank === 1 ? unsqueeze(q, 0) : q, W);
    return dotScore(X, q.rank === 1 ? reshape(wq, [W.shape[0]]) : wq);
  });
}

/** The parameters of vᵀ tanh(W x + U q). */
export interface AdditiveParameters {
  /** (A, D): on the inputs */
  W: Weight;
  /** (A, Dq): on the query */
  U: Weight;
  /** (A) */
  v: Tensor;
}

/**
 * s_n = vᵀ tanh(W x_n + U q) (Bahdanau et al. 2014): X (..., N, D), q (Dq) -> (..., N); or Q (..., M, Dq)
 * with the same leading dimensions -> (..., M, N).  Never holds an (M, N, A) tensor.
 */
export function additiveScore(X: Tensor, q: Tensor, { W, U, v }: AdditiveParameters): Tensor {
  return X.arena.scope(() => {
    if (q.rank === 1) {
      const lead = X.shape.slice(0, -2);
      // One query serves every sequence: all inputs are one long sequence to it.
      const flat = reshape(X, [-1, X.shape[X.rank - 1]]);
      return reshape(additive(linear(flat, W), linear(unsqueeze(q, 0), U), v), [
        ...lead,
        X.shape[X.rank - 2],
      ]);
    }
    return additive(linear(X, W), linear(q, U), v);
  });
}

/**
 * The additive score of inputs and queries that have been multiplied by W and U already: s_mn = vᵀ tanh(x_n + q_m),
 * for decoders that score the same inputs step after step.  x (..., N, A), q (..., M, A), v (A) -> (..., M, N).
 */
export function additive(x: Tensor, q: Tensor, v: Tensor): Tensor {
  for (const [name, t] of Object.entries({ x, q, v })) expectDType(t, name, 'f32');
  const lead = x.shape.slice(0, -2);
  const [N, A] = x.shape.slice(-2);
  const M = q.shape[q.rank - 2];
  if (q.rank !== x.rank || q.shape[q.rank - 1] !== A || lead.some((n, i) => n !== q.shape[i]))
    throw new ShapeError(
      `additive score: W x of shape ${show(x.shape)} and U q of ${show(q.shape)} do not fit`,
    );
  expectShape(v, 'v', [A]);
  const batch = numel(lead);
  const { kernels } = x.arena;
  const [cx, cq, cv] = [contiguous(x), contiguous(q), contiguous(v)];
  const s = output(cx, [...lead, M, N]);
  for (let b = 0; b < batch; b++)
    kernels.additive_score_f32(
      s.ptr + 4 * b * M * N,
      cx.ptr + 4 * b * N * A,
      cq.ptr + 4 * b * M * A,
      cv.ptr,
      N,
      A,
      0,
      M,
    );
  return record(s, [cx, cq, cv], [cx, cq, cv], (ds, [sx, sq, sv]) => {
    const g = contiguous(ds);
    const [dx, dq, dv] = [sx, sq, sv].map((t) => zeros(t, t.shape));
    for (let b = 0; b < batch; b++)
      kernels.additive_score_f32_backward(
        dx.ptr + 4 * b * N * A,
        dq.ptr + 4 * b * M * A,
        dv.ptr,
        g.ptr + 4 * b * M * N,
        sx.ptr + 4 * b * N * A,
        sq.ptr + 4 * b * M * A,
        sv.ptr,
        M,
        N,
        A,
        0,
        A,
      );
    return [dx, dq, dv];
  });
}
