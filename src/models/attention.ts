// Attention as every model here calls it: heads split and merged without a copy.
import { type AttentionOptions, attentionWithWeights, scaledDotProductAttention } from '../ops/attention.js';
import { reshape, transpose } from '../ops/view.js';
import type { Tensor } from '../tensor/tensor.js';

/** (B, S, H D) -> (B, H, S, D), a view; `each` is applied to every head before heads and positions swap */
export function splitHeads(x: Tensor, heads: number, each = (head: Tensor) => head): Tensor {
  const [B, S, size] = x.shape;
  return transpose(each(reshape(x, [B, S, heads, size / heads])), 1, 2);
}

/** (B, H, S, D) -> (B, S, H D), a view of what attention gives */
export function mergeHeads(x: Tensor): Tensor {
  const [B, H, S, D] = x.shape;
  return reshape(transpose(x, 1, 2), [B, S, H * D]);
}

/** A layer's result, and its attention map if it was asked for one. */
export type WithMap = [y: Tensor, map: Tensor | null];

/** Split heads in, (B, S, H D) out, with the map (B, H, S, keys) if `wantsMap`. */
export function attend(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions,
  wantsMap: boolean,
): WithMap {
  if (!wantsMap) return [mergeHeads(scaledDotProductAttention(query, key, value, options)), null];
  const { output, weights } = attentionWithWeights(query, key, value, options);
  return [mergeHeads(output), weights];
}
