// The arguments of nn.MultiheadAttention.
import type { Generator } from '../tensor/generator.js';
import type { Tensor } from '../tensor/tensor.js';

/** The arguments of the constructor of `torch.nn.MultiheadAttention`. */
export interface MultiheadAttentionOptions {
  /** probability of dropping a weight, in training; default 0 */
  dropout?: number;
  /** biases of all projections; default true */
  bias?: boolean;
  /** append a learned key and a learned value */
  addBiasKv?: boolean;
  /** append a key and a value of zeros */
  addZeroAttn?: boolean;
  /** size of the keys; default embedDim */
  kdim?: number | null;
  /** size of the values; default embedDim */
  vdim?: number | null;
  /** (B, L, E) in place of (L, B, E) */
  batchFirst?: boolean;
  /** of initial values and dropout; default the arena's */
  generator?: Generator;
}

/** The arguments of one call. */
export interface MultiheadAttentionCall {
  /** (B, S), or (S) without a batch.  bool or u8: true = ignore that key; f32: added to the scores */
  keyPaddingMask?: Tensor | null;
  /** (L, S) or (B * numHeads, L, S), batch slowest.  bool or u8: true = ignore; f32: added to the scores */
  attnMask?: Tensor | null;
  /** give the weights back as well (default true); without them the streaming kernel is used */
  needWeights?: boolean;
  /** the mean of the weights over the heads (default), or each head's */
  averageAttnWeights?: boolean;
  /** query i ignores keys j > i.  Beside an attnMask, which then says so itself, it changes nothing */
  isCausal?: boolean;
  /** added to the output, of its shape, in the last product */
  residual?: Tensor | null;
}

/** What a call gives back. */
export interface MultiheadAttentionResult {
  /** shaped as the query */
  output: Tensor;
  /**
   * (B, L, S) or, for each head, (B, H, L, S), without B if there is no batch; S counts appended keys.
   * As they were before dropout.
   */
  weights: Tensor | null;
}
