// Public names, nothing else.  createEngine() is in the doors: node.ts and its siblings.
export { Engine, type EngineOptions, type ModuleLoader, openEngine } from './engine.js';
export * from './errors.js';
export type { Variant } from './kernels.js';
export type { DType, TypedArray } from './tensor/dtype.js';
export type { Shape } from './tensor/shape.js';
export { noGrad } from './tensor/tape.js';
export { Tensor } from './tensor/tensor.js';
