// The layers of Transformers; names, arguments, state-dict keys and mask meaning as in torch.nn.
export {
  MultiheadAttention,
  type MultiheadAttentionCall,
  type MultiheadAttentionOptions,
  type MultiheadAttentionResult,
} from './attention.js';
export { type DecoderLayerCall, type DecoderMaps, TransformerDecoderLayer } from './decoder-layer.js';
export { Dropout } from './dropout.js';
export { Embedding, type EmbeddingOptions } from './embedding.js';
export { type EncoderLayerCall, TransformerEncoderLayer } from './encoder-layer.js';
/** Initial weights, under the names of `torch.nn.init`. */
export * as init from './init.js';
export { LayerNorm, type LayerNormOptions } from './layernorm.js';
export { Linear } from './linear.js';
export { type Home, Module, type StateDict } from './module.js';
export { type Initializer, Parameter } from './parameter.js';
export { RMSNorm } from './rmsnorm.js';
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
