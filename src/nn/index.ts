// All layers, `nn`: those of Transformers, what they are compared with, and the other kinds of attention.

export { type BeamOptions, BeamSearch, type Hypothesis } from './beam.js';
export { Conv1d, Conv2d, type ConvLayerOptions } from './conv.js';
export * from './core.js';
export { HardAttention, type HardAttentionOptions, type HardAttentionResult } from './hard-attention.js';
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
