// The functional API of what runs models, `F` of the core: names as in torch and torch.nn.functional, in camelCase.
export {
  type Activation,
  activation,
  celu,
  elu,
  gelu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  logsigmoid,
  mish,
  quickGelu,
  relu,
  relu6,
  reluSquared,
  selu,
  sigmoid,
  silu,
  softplus,
  softshrink,
  softsign,
  tanh,
  tanhshrink,
  threshold,
} from './activation.js';
export { type ArgOptions, argmax, argmin } from './argmax.js';
export {
  type AttentionOptions,
  attentionScores,
  attentionWithWeights,
  scaledDotProductAttention,
} from './attention.js';
export type { DropoutOptions } from './attention-explicit.js';
export { type BackwardOptions, backward } from './backward.js';
export { add, div, fmod, maximum, minimum, mul, type Operand, pow, remainder, sub } from './binary.js';
export { to } from './cast.js';
export { type ClampOptions, clamp } from './clamp.js';
export {
  equal,
  greater,
  greaterEqual,
  isinf,
  isnan,
  less,
  lessEqual,
  maskedFill,
  notEqual,
  where,
} from './compare.js';
export { type ConvOptions, conv1d, conv2d, conv3d } from './conv.js';
export type { Padding, PerDimension } from './conv-geometry.js';
export { type CumsumOptions, cumsum } from './cumsum.js';
export { diagonal } from './diagonal.js';
export { dropout } from './dropout.js';
export { einsum } from './einsum.js';
export { embedding } from './embedding.js';
export { gated, glu } from './gated.js';
export { gather, indexSelect } from './gather.js';
export { type LinearOptions, linear } from './linear.js';
export { matmul } from './matmul.js';
export { groupNorm, layerNorm, normalize, rmsNorm } from './norm.js';
export { PackedMatrix } from './packed.js';
export { type PadOptions, pad } from './pad.js';
export type { MatrixDType } from './panel-matrix.js';
export { type PoolMode, pool } from './pool.js';
export {
  applyRope,
  type RopeFrequencies,
  type RopeScaling,
  type RopeTable,
  ropeFrequencies,
  ropeTable,
  sinusoid,
} from './position.js';
export { prelu } from './prelu.js';
export { type QuantizedDType, QuantizedMatrix } from './quantized.js';
export { amax, amin, logsumexp, mean, prod, type ReduceOptions, sum, vectorNorm } from './reduce.js';
export { type ScatterOptions, scatter } from './scatter.js';
export { type Selected, sort, topk } from './select.js';
export { flip, slice } from './slice.js';
export { logSoftmax, softmax } from './softmax.js';
export { tril, triu } from './triangle.js';
export {
  abs,
  ceil,
  cos,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  neg,
  reciprocal,
  round,
  rsqrt,
  sign,
  sin,
  sqrt,
  square,
  trunc,
} from './unary.js';
export {
  cat,
  chunk,
  contiguous,
  expand,
  flatten,
  narrow,
  permute,
  reshape,
  select,
  split,
  squeeze,
  stack,
  transpose,
  unsqueeze,
} from './view.js';
export type { Weight, WeightMatrix } from './weight.js';
export {
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from './window.js';
