// Public names, nothing else.  createEngine() is in the doors: node.ts and its siblings.
export { Engine, type EngineOptions, type ModuleLoader, openEngine } from './engine.js';
export * from './errors.js';
export type { Variant } from './kernels.js';
export * as nn from './nn/index.js';
export * as F from './ops/index.js';
export type { MemoryStats } from './tensor/arena.js';
export type { TensorData } from './tensor/create.js';
export type { DType, TypedArray } from './tensor/dtype.js';
export { Generator } from './tensor/generator.js';
export type { Shape } from './tensor/shape.js';
export { noGrad } from './tensor/tape.js';
export { type NestedArray, Tensor } from './tensor/tensor.js';
