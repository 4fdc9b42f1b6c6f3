// The functional API, `F`: the core's, and what trains, recurs, points and looks without a Transformer.

export { batchNorm } from './batch-norm.js';
export * from './core.js';
export { type ClassLossOptions, type CrossEntropyOptions, crossEntropy, nllLoss } from './cross-entropy.js';
export { type Differentiable, type GradcheckOptions, gradcheck } from './gradcheck.js';
export { gru } from './gru.js';
export {
  gumbelSoftmax,
  type HardAttention,
  hardAttentionMax,
  hardAttentionSample,
  oneHot,
  reinforce,
  sampleCategorical,
} from './hard-attention.js';
export { type BCEOptions, binaryCrossEntropyWithLogits, type LossOptions, mseLoss } from './loss.js';
export type { Reduction } from './loss-reduction.js';
export { type LstmOptions, lstm } from './lstm.js';
export { type PointerParameters, pointedMask, pointerDistribution, pointerScores } from './pointer.js';
export type { RecurrentOptions } from './recurrent.js';
export { type RnnOptions, rnn } from './rnn.js';
export {
  divisiveNormalization,
  gate,
  lateralInhibition,
  type NormalizationOptions,
  spatialDistribution,
  surround,
} from './saliency.js';
export { type AdditiveParameters, additiveScore, bilinearScore, dotScore, scaledDotScore } from './score.js';
export { attend, attentionDistribution } from './soft-attention.js';
