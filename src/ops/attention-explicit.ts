// Attention spelled out in matrices: scores, mask, softmax, weighted mean.  It holds the L x S matrix, so
// it serves where that is wanted anyway: weights with gradients, dropout of weights, gradients of a mask.
import type { Generator } from '../tensor/generator.js';
import { Tensor } from '../tensor/tensor.js';
import { tanh } from './activation.js';
import type { AttentionOptions, Problem } from './attention-problem.js';
import { add, div, mul } from './binary.js';
import { maskedFill } from './compare.js';
import { dropout } from './dropout.js';
import { matmul } from './matmul.js';
import { softmax } from './softmax.js';
import { expand, reshape, transpose, unsqueeze } from './view.js';

/** Dropout of attention weights. */
export interface DropoutOptions {
  /** probability of dropping a weight after the softmax; default 0 */
  dropoutP?: number;
  /** where the dropped ones are drawn from; needed if dropoutP > 0 */
  generator?: Generator;
}

/** output (B, H, L, Dv) and weights (B, H, L, S); every step is recorded. */
export function attendExplicitly(
  p: Problem,
  { attnMask, dropoutP = 0, generator }: Pick<AttentionOptions, 'attnMask'> & DropoutOptions,
): { output: Tensor; weights: Tensor } {
  const { B, H, G, L, S } = p;
  const k = shared(p.k, H / G);
  const v = shared(p.v, H / G);
  let scores = matmul(mul(p.q, p.scale), transpose(k, -1, -2));
  if (p.softcap > 0) scores = mul(tanh(div(scores, p.softcap)), p.softcap);
  if (attnMask) {
    const lead = attnMask.rank > 3 ? [B, ...attnMask.shape.slice(-3)] : attnMask.shape;
    const mask = attnMask.rank > 4 ? reshape(attnMask, lead) : attnMask;
    scores =
      mask.dtype === 'f32' ? add(scores, mask) : maskedFill(scores, not(mask), Number.NEGATIVE_INFINITY);
  }
  const hidden = outside(p, L, S);
  if (hidden) scores = maskedFill(scores, hidden, Number.NEGATIVE_INFINITY);
  const weights = softmax(scores, -1);
  const dropped = dropoutP > 0 ? dropout(weights, dropoutP, generator) : weights;
  return { output: matmul(dropped, v), weights };
}

/** (B, G, S, D) -> (B, G * times, S, D), each head repeated for its neighbours. */
function shared(t: Tensor, times: number): Tensor {
  if (times === 1) return t;
  const [B, G, S, D] = t.shape;
  return reshape(expand(unsqueeze(t, 2), [B, G, times, S, D]), [B, G * times, S, D]);
}

function not(mask: Tensor): Tensor {
  const flags = mask.toArray();
  return Tensor.from(
    mask.arena,
    Uint8Array.from(flags, (f) => (f ? 0 : 1)),
    mask.shape,
    'bool',
  );
}

/** true where key j lies outside the bounds of query i; null where there are none. */
function outside({ q, lo, hi }: Problem, L: number, S: number): Tensor | null {
  if (lo <= -S - L && hi >= S) return null;
  const flags = new Uint8Array(L * S);
  for (let i = 0; i < L; i++) for (let j = 0; j < S; j++) flags[i * S + j] = j < i + lo || j > i + hi ? 1 : 0;
  return Tensor.from(q.arena, flags, [L, S], 'bool');
}
