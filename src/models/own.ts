// Model types of our own making, trained by examples/train, and all types together.

import type { Arena } from '../tensor/arena.js';
import { type AnyModel, createModel as create, type ModelTypes } from './define.js';
import { POINTER } from './pointer.js';
import { HUB_MODELS } from './registry.js';
import { SEQ2SEQ } from './seq2seq.js';

/** Every model type that this package knows. */
export const ALL_MODELS: ModelTypes = { ...HUB_MODELS, ...POINTER, ...SEQ2SEQ };

/** The values of `model_type` that are supported. */
export const MODEL_TYPES: readonly string[] = Object.keys(ALL_MODELS).sort();

/** As in define.ts, with all model types to choose from. */
export function createModel(arena: Arena, config: unknown, types: ModelTypes = ALL_MODELS): AnyModel {
  return create(arena, config, types);
}
