// Which model_type is which class.  The one place where they all meet.
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
import { PointerModel, readPointerConfig } from './pointer.js';
import { readQwen2Config } from './qwen2.js';
import { readQwen3Config } from './qwen3.js';
import { RobertaModel, readRobertaConfig } from './roberta.js';
import { readSeq2SeqConfig, Seq2SeqModel } from './seq2seq.js';

export type AnyModel = EncoderModel | DecoderModel | PointerModel | Seq2SeqModel;

/** Checks a config.json; what it returns makes the model, which allocates nothing until weights come. */
type ModelType = (raw: RawConfig, modelType: string) => (arena: Arena) => AnyModel;

function define<C>(
  read: (raw: RawConfig, modelType: string) => C,
  Model: new (arena: Arena, config: C) => AnyModel,
): ModelType {
  return (raw, modelType) => {
    const config = read(raw, modelType);
    return (arena) => new Model(arena, config);
  };
}

const roberta = define(readRobertaConfig, RobertaModel);

const MODELS: Readonly<Record<string, ModelType>> = {
  bert: define(readBertConfig, BertModel),
  camembert: roberta,
  distilbert: define(readDistilBertConfig, DistilBertModel),
  'fovea-pointer': define(readPointerConfig, PointerModel),
  'fovea-seq2seq': define(readSeq2SeqConfig, Seq2SeqModel),
  gpt2: define(readGPT2Config, GPT2Model),
  llama: define(readLlamaConfig, GatedDecoder),
  mistral: define(readMistralConfig, GatedDecoder),
  qwen2: define(readQwen2Config, GatedDecoder),
  qwen3: define(readQwen3Config, GatedDecoder),
  roberta,
  'xlm-roberta': roberta,
};

/** The values of `model_type` that are supported. */
export const MODEL_TYPES: readonly string[] = Object.keys(MODELS);

/**
 * A model from the contents of a config.json, without weights: load them, or they are random.
 * @throws ConfigError naming the field, UnsupportedModelError
 */
export function createModel(arena: Arena, config: unknown): AnyModel {
  if (!isObject(config)) throw new ConfigError('config.json must be an object');
  const modelType = new Fields(config).string('model_type');
  if (!Object.hasOwn(MODELS, modelType)) throw new UnsupportedModelError(modelType, MODEL_TYPES);
  return MODELS[modelType](config, modelType)(arena);
}
