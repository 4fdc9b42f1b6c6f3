// Public names, nothing else: the core, and all that trains, compares and explains.
export * from './core.js';
export { type UrlOptions, urlSource } from './io/source-url.js';
export { ALL_MODELS, createModel, MODEL_TYPES } from './models/own.js';
export { type PointerConfig, PointerModel, type Pointing } from './models/pointer.js';
export { type Seq2SeqConfig, Seq2SeqModel, type Written } from './models/seq2seq.js';
/** Layers, under the names of `torch.nn`. */
export * as nn from './nn/index.js';
/** Functions, under the names of `torch.nn.functional` and `torch`. */
export * as F from './ops/index.js';
/** Optimizers and schedules, under the names of `torch.optim`. */
export * as optim from './optim/index.js';
export { type QuantizedSource, readQuantized } from './pretrained/quantized.js';
export { teamOf } from './runtime/team.js';
