// Model types of our own making, trained by examples/train, and all types together.

import type { Arena } from '../tensor/arena.js';
import { PointerModel, readPointerConfig } from './pointer.js';
import { type AnyModel, createModel as create, define, HUB_MODELS, type ModelTypes } from './registry.js';
import { readSeq2SeqConfig, Seq2SeqModel } from './seq2seq.js';

/** Every model type that this package knows. */
export const ALL_MODELS: ModelTypes = {
  ...HUB_MODELS,
  'fovea-pointer': define(readPointerConfig, PointerModel),
  'fovea-seq2seq': define(readSeq2SeqConfig, Seq2SeqModel),
};

/** The values of `model_type` that are supported. */
export const MODEL_TYPES: readonly string[] = Object.keys(ALL_MODELS).sort();

/** As in registry.ts, with all model types to choose from. */
export function createModel(arena: Arena, config: unknown, types: ModelTypes = ALL_MODELS): AnyModel {
  return create(arena, config, types);
}
