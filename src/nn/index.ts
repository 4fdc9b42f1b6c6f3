// All layers, `nn`: those of Transformers, and what they are compared with.

export { type BeamOptions, BeamSearch, type Hypothesis } from './beam.js';
export { Conv1d, Conv2d, type ConvLayerOptions } from './conv.js';
export * from './core.js';
export { type Pointed, type PointerCall, PointerNetwork, type PointerOptions } from './pointer.js';
export { GRU, LSTM, type RecurrentCall, type RecurrentLayerOptions, RNN } from './rnn.js';
export { type CellOptions, GRUCell, LSTMCell, RNNCell } from './rnn-cell.js';
export { type Seq2SeqOptions, Seq2SeqTransformer } from './seq2seq.js';
