// Scaled dot-product attention over the streaming kernel, which never holds an L x S matrix.
import { Tensor } from '../tensor/tensor.js';
import { recordAttention } from './attention-backward.js';
import { attendExplicitly, type DropoutOptions } from './attention-explicit.js';
import { type AttentionOptions, attentionProblem, type Problem, three } from './attention-problem.js';
import { headsOutput, needsGrad, output, withLast } from './util.js';
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
    return query.rank === 4 ? y : reshape(y, withLast(query.shape, p.Dv));
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
    return {
      output: reshape(output, withLast(query.shape, p.Dv)),
      weights: reshape(weights, withLast(query.shape, p.S)),
    };
  });
}

/** o (B, H, L, Dv), recorded. */
function attend(p: Problem): Tensor {
  const { B, H, G, L, S, D, Dv, q, k, v, mask, scale, softcap, lo, hi } = p;
  const { arena } = q;
  const { kernels } = arena;
  const o = headsOutput(q, Dv);
  const lse = needsGrad(q, k, v) ? output(q, [B, H, L]) : null;
  const scratch = arena.scratch(4 * kernels.attention_f32_scratch(D, Dv));
  const units = kernels.attention_f32_units(B, H, G, L);
  const [qs, ks, vs, os, ms] = [q.strides, k.strides, v.strides, o.strides, mask.strides];
  // biome-ignore format: one line for each group of the kernel's arguments
  kernels.attention_f32(
    o.ptr, lse?.ptr ?? 0, q.ptr, k.ptr, v.ptr, mask.ptr, scratch,
    H, G, L, S, D, Dv,
    qs[0], qs[1], qs[2], ks[0], ks[1], ks[2],
    vs[0], vs[1], vs[2], os[0], os[1], os[2],
    mask.kind, ms[0], ms[1], ms[2], ms[3],
    scale, softcap, lo, hi, 0, units,
  );
  return lse ? recordAttention(p, o, lse) : o;
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
    return reshape(scores(p, stage), withLast(query.shape, p.S));
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
