// Scaled dot-product attention over the streaming kernel, which never holds an L x S matrix.
import { rowMajor } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { recordAttention } from './attention-backward.js';
import { attendExplicitly, type DropoutOptions } from './attention-explicit.js';
import { type AttentionOptions, attentionProblem, type Problem, sizes, three } from './attention-problem.js';
import { needsGrad } from './util.js';
import { reshape } from './view.js';

export type { AttentionOptions } from './attention-problem.js';

/**
 * `torch.nn.functional.scaled_dot_product_attention`: softmax(q kᵀ scale + mask) v.
 * query (..., H, L, D), key (..., G, S, D), value (..., G, S, Dv) -> (..., H, L, Dv), f32; inputs may be
 * strided views, and the result lies in memory as (..., L, H, Dv), so that heads are split and merged
 * without a copy.  A query that sees no key gives zeros (PyTorch: NaN).
 * Source: Vaswani et al. 2017, eq. 1; computed as in Milakov & Gimelshein 2018 and Dao et al. 2022.
 * @throws ShapeError, DTypeError, ArgumentError
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions & DropoutOptions = {},
): Tensor {
  return query.arena.scope(() => {
    const p = attentionProblem(query, key, value, options);
    // Dropped weights are drawn as a matrix, and the gradient of a mask is one.
    const explicit = needsGrad(options.attnMask) || (options.dropoutP ?? 0) > 0;
    const y = explicit ? attendExplicitly(p, options).output : attend(p);
    return reshape(y, [...query.shape.slice(0, -1), p.Dv]);
  });
}

/**
 * The same, and the weights: output (..., H, L, Dv) and weights (..., H, L, S) = softmax(...).
 * Holds an L x S matrix per head, because that is what is asked for.
 */
export function attentionWithWeights(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions & DropoutOptions = {},
): { output: Tensor; weights: Tensor } {
  return query.arena.scope(() => {
    const p = attentionProblem(query, key, value, options);
    const explicit = needsGrad(query, key, value, options.attnMask) || (options.dropoutP ?? 0) > 0;
    const { output, weights } = explicit
      ? attendExplicitly(p, options)
      : { output: attend(p), weights: scores(p, 'weights') };
    const lead = query.shape.slice(0, -1);
    return { output: reshape(output, [...lead, p.Dv]), weights: reshape(weights, [...lead, p.S]) };
  });
}

/** o (B, H, L, Dv), recorded. */
function attend(p: Problem): Tensor {
  const { B, H, G, L, D, Dv, q, k, v, mask } = p;
  const { arena } = q;
  const { kernels } = arena;
  const shape = [B, L, H, Dv];
  const [oB, oL, oH] = rowMajor(shape);
  const output = Tensor.empty(arena, shape).view([B, H, L, Dv], [oB, oH, oL, 1], 0);
  const lse = Tensor.empty(arena, [B, H, L]);
  const scratch = arena.scratch(4 * kernels.attention_f32_scratch(D, Dv));
  kernels.attention_f32(
    output.ptr,
    lse.ptr,
    q.ptr,
    k.ptr,
    v.ptr,
    mask.ptr,
    scratch,
    ...sizes(p),
    ...three(q),
    ...three(k),
    ...three(v),
    ...three(output),
    mask.kind,
    ...mask.strides,
    p.scale,
    p.softcap,
    p.lo,
    p.hi,
    0,
    kernels.attention_f32_units(B, H, G, L),
  );
  return recordAttention(p, output, lse);
}

/** The matrix of scores after one of its steps, or the weights. */
const STAGE = { product: 0, capped: 1, masked: 2, weights: 3 } as const;

/**
 * The L x S matrix alone, at any stage of its making: (..., H, L, S).  `product` is q kᵀ scale, `capped`
 * after the soft cap, `masked` after mask and bounds (hidden = -inf), `weights` after the softmax.
 * Not differentiable; attentionWithWeights is.
 */
export function attentionScores(
  query: Tensor,
  key: Tensor,
  stage: keyof typeof STAGE = 'weights',
  options: AttentionOptions = {},
): Tensor {
  return query.arena.scope(() => {
    const p = attentionProblem(query, key, key, options);
    return reshape(scores(p, stage), [...query.shape.slice(0, -1), p.S]);
  });
}

function scores(p: Problem, stage: keyof typeof STAGE): Tensor {
  const { B, H, G, L, S, D, q, k, mask } = p;
  const { arena } = q;
  const { kernels } = arena;
  const w = Tensor.empty(arena, [B, H, L, S]);
  kernels.attention_weights_f32(
    w.ptr,
    q.ptr,
    k.ptr,
    mask.ptr,
    arena.scratch(4 * kernels.attention_f32_scratch(D, 0)),
    H,
    G,
    L,
    S,
    D,
    ...three(q),
    ...three(k),
    ...three(w),
    mask.kind,
    ...mask.strides,
    p.scale,
    p.softcap,
    p.lo,
    p.hi,
    STAGE[stage],
    0,
    kernels.attention_f32_units(B, H, G, L),
  );
  return w;
}
