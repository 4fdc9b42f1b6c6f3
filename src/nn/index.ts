// The layers, `nn`: names, arguments, state-dict keys and mask meaning as in torch.nn.
export {
  MultiheadAttention,
  type MultiheadAttentionCall,
  type MultiheadAttentionOptions,
  type MultiheadAttentionResult,
} from './attention.js';
export { type BeamOptions, BeamSearch, type Hypothesis } from './beam.js';
export { Conv1d, Conv2d, type ConvLayerOptions } from './conv.js';
export { type DecoderLayerCall, type DecoderMaps, TransformerDecoderLayer } from './decoder-layer.js';
export { Dropout } from './dropout.js';
export { Embedding, type EmbeddingOptions } from './embedding.js';
export { type EncoderLayerCall, TransformerEncoderLayer } from './encoder-layer.js';
export * as init from './init.js';
export { LayerNorm, type LayerNormOptions } from './layernorm.js';
export { Linear } from './linear.js';
export { type Home, Module, type StateDict } from './module.js';
export { type Initializer, Parameter } from './parameter.js';
export { type Pointed, type PointerCall, PointerNetwork, type PointerOptions } from './pointer.js';
export { RMSNorm } from './rmsnorm.js';
export { GRU, LSTM, type RecurrentCall, type RecurrentLayerOptions, RNN } from './rnn.js';
export { type CellOptions, GRUCell, LSTMCell, RNNCell } from './rnn-cell.js';
export { type Seq2SeqOptions, Seq2SeqTransformer } from './seq2seq.js';
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
