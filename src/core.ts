// What runs models, and nothing that only trains them: the part whose size is promised (npm run size).
// createEngine() is in the doors: node.ts and its siblings.
export { type EmbedOptions, embed } from './embed/embed.js';
export type { EmbedSettings } from './embed/sentence.js';
export { Engine, type EngineOptions, type ModuleLoader, openEngine } from './engine.js';
export * from './errors.js';
export type { GenerationConfig, GenerationConfigJson, GenerationOptions } from './generate/config.js';
export { type GenerateOptions, generate, type Prompt } from './generate/generate.js';
export {
  Generation,
  type GenerationResult,
  type GenerationStep,
  type GenerationSummary,
} from './generate/generation.js';
export { type FinishReason, generateIds, type IdStep, type RunOptions } from './generate/ids.js';
export { fromPretrained } from './hub.js';
export type { HubOptions } from './io/http.js';
export { parseSafetensors, type SafetensorsFile, type TensorBytes } from './io/safetensors/parse.js';
export { writeSafetensors } from './io/safetensors/write.js';
export type { FileOptions, ReadOptions, Source } from './io/source.js';
export { hubSource } from './io/source-hub.js';
export { memorySource } from './io/source-memory.js';
export type { Build, Variant } from './kernels.js';
export {
  DecoderModel,
  type DecoderOptions,
  type DecoderOutput,
  EncoderModel,
  type EncoderOptions,
  type EncoderOutput,
  type ModelConfig,
  PretrainedModel,
} from './models/base.js';
export { type CacheOptions, DecoderCache, LayerCache } from './models/cache.js';
export type { RawConfig } from './models/config.js';
export type { AnyModel, ModelType, ModelTypes } from './models/define.js';
export type { Rows } from './models/input.js';
export { type LoadOptions, loadWeights } from './models/load.js';
export type { TracedOutput, TraceOptions, Which } from './models/outputs.js';
export { createModel, HUB_MODELS } from './models/registry.js';
export type { Place, Places, WeightInfo, WeightPart, WeightSource } from './models/weights.js';
export * as nn from './nn/core.js';
export * as F from './ops/core.js';
export type { KvDType } from './ops/kv.js';
export type { PoolMode } from './ops/pool.js';
export type { LoadProgress, OnLoadProgress } from './pretrained/progress.js';
export type { Pretrained, PretrainedOptions } from './pretrained.js';
export type { ModuleSource } from './runtime/instantiate.js';
export type { WorkerFactory, WorkerHandle } from './runtime/pool.js';
export type { Features } from './runtime/probe.js';
export type { Team, Threads } from './runtime/threads.js';
export type { WorkerStart } from './runtime/worker.js';
export type { Arena, MemoryStats } from './tensor/arena.js';
export type { TensorData } from './tensor/create.js';
export type { DType, TypedArray } from './tensor/dtype.js';
export { Generator } from './tensor/generator.js';
export type { Shape } from './tensor/shape.js';
export { noGrad } from './tensor/tape.js';
export { type NestedArray, Tensor } from './tensor/tensor.js';
export type { ChatMessage } from './text/chat.js';
export { loadTokenizer } from './text/load.js';
export type { DecodeOptions, EncodeOptions, Encoding, SpecialTokenIds, Tokenizer } from './text/tokenizer.js';
