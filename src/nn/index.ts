// All layers, `nn`: those of Transformers, and what they are compared with.

export { type BeamOptions, BeamSearch, type Hypothesis } from './beam.js';
export { Conv1d, Conv2d, type ConvLayerOptions } from './conv.js';
export * from './core.js';
export { type DecoderLayerCall, type DecoderMaps, TransformerDecoderLayer } from './decoder-layer.js';
export { Dropout } from './dropout.js';
export { Embedding, type EmbeddingOptions } from './embedding.js';
export { type EncoderLayerCall, TransformerEncoderLayer } from './encoder-layer.js';
export { HardAttention, type HardAttentionOptions, type HardAttentionResult } from './hard-attention.js';
export * as init from './init.js';
export { LayerNorm, type LayerNormOptions } from './layernorm.js';
export { Linear } from './linear.js';
export { type Home, Module, type StateDict } from './module.js';
export { type Initializer, Parameter } from './parameter.js';
export { type Pointed, type PointerCall, PointerNetwork, type PointerOptions } from './pointer.js';
export { GRU, LSTM, type RecurrentCall, type RecurrentLayerOptions, RNN } from './rnn.js';
export { type CellOptions, GRUCell, LSTMCell, RNNCell } from './rnn-cell.js';
export {
  BottomUpAttention,
  DivisiveNormalization,
  type DivisiveNormalizationOptions,
  SaliencyGate,
  type SpatialAttentionResult,
  TopDownAttention,
} from './saliency.js';
export { AdditiveScore, BilinearScore, DotScore, ScaledDotScore, Score, type ScoreOptions } from './score.js';
export { FullyConnectedPositions, SelfAttention, type SelfAttentionOptions } from './self-attention.js';
export { type Seq2SeqOptions, Seq2SeqTransformer } from './seq2seq.js';
export {
  KeyValueAttention,
  MultiQueryAttention,
  SoftAttention,
  type SoftAttentionResult,
} from './soft-attention.js';
export {
  type Decoder,
  type Encoder,
  Transformer,
  type TransformerCall,
  type TransformerOptions,
} from './transformer.js';
export type { TransformerLayerOptions } from './transformer-parts.js';
export {
  type DecoderLayer,
  type EncoderCall,
  type EncoderLayer,
  type FinalNorm,
  TransformerDecoder,
  TransformerEncoder,
} from './transformer-stack.js';
