// Attention as every model here calls it: heads split and merged without a copy.
import { type AttentionOptions, attentionWithWeights, scaledDotProductAttention } from '../ops/attention.js';
import { mergeHeads } from '../ops/heads.js';
import type { Tensor } from '../tensor/tensor.js';

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
