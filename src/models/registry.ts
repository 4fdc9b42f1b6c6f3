// Which model_type is which class: the Hugging Face types.  Those of our own making are in own.ts, so that
// an application that only reads checkpoints does not carry them.
import type { Arena } from '../tensor/arena.js';
import { BERT } from './bert.js';
import { type AnyModel, createModel as create, type ModelTypes } from './define.js';
import { DISTILBERT } from './distilbert.js';
import { GPT2 } from './gpt2.js';
import { LLAMA } from './llama.js';
import { MISTRAL } from './mistral.js';
import { QWEN2 } from './qwen2.js';
import { QWEN3 } from './qwen3.js';
import { ROBERTA } from './roberta.js';

/** The model types of Hugging Face that are supported; spread it into `modelTypes` to add one of your own. */
export const HUB_MODELS: ModelTypes = {
  ...BERT,
  ...DISTILBERT,
  ...GPT2,
  ...LLAMA,
  ...MISTRAL,
  ...QWEN2,
  ...QWEN3,
  ...ROBERTA,
};

/** As in define.ts, with the model types of Hugging Face that are supported to choose from. */
export function createModel(arena: Arena, config: unknown, types: ModelTypes = HUB_MODELS): AnyModel {
  return create(arena, config, types);
}
