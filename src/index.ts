// Public names, nothing else: the core, and all that trains, compares and explains.
export * from './core.js';
export { ALL_MODELS, createModel, MODEL_TYPES } from './models/own.js';
export { PointerModel, type Pointing } from './models/pointer.js';
export { Seq2SeqModel, type Written } from './models/seq2seq.js';
export * as nn from './nn/index.js';
export * as F from './ops/index.js';
export * as optim from './optim/index.js';
export { teamOf } from './runtime/team.js';
