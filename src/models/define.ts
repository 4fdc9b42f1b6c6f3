// What a model type is.  Apart from the registry, so that each model's file can say which types it has and an
// application that names the few it wants carries only those.
import { ConfigError, UnsupportedModelError } from '../errors.js';
import type { Arena } from '../tensor/arena.js';
import type { DecoderModel, EncoderModel } from './base.js';
import { Fields, isObject, type RawConfig } from './config.js';
import type { PointerModel } from './pointer.js';
import type { Seq2SeqModel } from './seq2seq.js';

/** A model of any supported type. */
export type AnyModel = EncoderModel | DecoderModel | PointerModel | Seq2SeqModel;

/** Checks a config.json; what it returns makes the model, which allocates nothing until weights come. */
export type ModelType = (raw: RawConfig, modelType: string) => (arena: Arena) => AnyModel;

/** Model classes by the value of `model_type`. */
export type ModelTypes = Readonly<Record<string, ModelType>>;

export function define<C>(
  read: (raw: RawConfig, modelType: string) => C,
  Model: new (arena: Arena, config: C) => AnyModel,
): ModelType {
  return (raw, modelType) => {
    const config = read(raw, modelType);
    return (arena) => new Model(arena, config);
  };
}

/**
 * A model from the contents of a config.json, without weights: load them, or they are random.
 * @param types the model types to choose from
 * @throws ConfigError naming the field, UnsupportedModelError
 */
export function createModel(arena: Arena, config: unknown, types: ModelTypes): AnyModel {
  if (!isObject(config)) throw new ConfigError('config.json must be an object');
  const modelType = new Fields(config).string('model_type');
  if (!Object.hasOwn(types, modelType)) throw new UnsupportedModelError(modelType, Object.keys(types));
  return types[modelType](config, modelType)(arena);
}
