// Optimisers, clipping and schedules, `optim`: names as in torch.optim and torch.nn.utils.
export { Adam, type AdamOptions, AdamW } from './adam.js';
export { type ClipOptions, clipGradNorm_, clipGradValue_ } from './clip.js';
export { Optimizer, type OptimizerState, type ParamGroup, type Trainable } from './optimizer.js';
export {
  type CosineOptions,
  cosineWithWarmup,
  type HasRates,
  LambdaLR,
  linearWarmup,
  type Schedule,
} from './schedule.js';
export { SGD, type SGDOptions } from './sgd.js';
