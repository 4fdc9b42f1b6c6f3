// Which model_type is which class: the Hugging Face types.  Those of our own making are in own.ts, so that
// an application that only reads checkpoints does not carry them.
import { ConfigError, UnsupportedModelError } from '../errors.js';
import type { Arena } from '../tensor/arena.js';
import type { DecoderModel, EncoderModel } from './base.js';
import { BertModel, readBertConfig } from './bert.js';
import { Fields, isObject, type RawConfig } from './config.js';
import { DistilBertModel, readDistilBertConfig } from './distilbert.js';
import { GatedDecoder } from './gated-decoder.js';
import { GPT2Model, readGPT2Config } from './gpt2.js';
import { readLlamaConfig } from './llama.js';
import { readMistralConfig } from './mistral.js';
import type { PointerModel } from './pointer.js';
import { readQwen2Config } from './qwen2.js';
import { readQwen3Config } from './qwen3.js';
import { RobertaModel, readRobertaConfig } from './roberta.js';
import type { Seq2SeqModel } from './seq2seq.js';

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

const roberta = define(readRobertaConfig, RobertaModel);

export const HUB_MODELS: ModelTypes = {
  bert: define(readBertConfig, BertModel),
  camembert: roberta,
  distilbert: define(readDistilBertConfig, DistilBertModel),
  gpt2: define(readGPT2Config, GPT2Model),
  llama: define(readLlamaConfig, GatedDecoder),
  mistral: define(readMistralConfig, GatedDecoder),
  qwen2: define(readQwen2Config, GatedDecoder),
  qwen3: define(readQwen3Config, GatedDecoder),
  roberta,
  'xlm-roberta': roberta,
};

/**
 * A model from the contents of a config.json, without weights: load them, or they are random.
 * @param types the model types to choose from, by default those of Hugging Face that are supported
 * @throws ConfigError naming the field, UnsupportedModelError
 */
export function createModel(arena: Arena, config: unknown, types: ModelTypes = HUB_MODELS): AnyModel {
  if (!isObject(config)) throw new ConfigError('config.json must be an object');
  const modelType = new Fields(config).string('model_type');
  if (!Object.hasOwn(types, modelType)) throw new UnsupportedModelError(modelType, Object.keys(types));
  return types[modelType](config, modelType)(arena);
}
