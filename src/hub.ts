// fromPretrained() for those who take the core alone: with the model types of Hugging Face.
import type { Engine } from './engine.js';
import type { HubOptions } from './io/http.js';
import type { Source } from './io/source.js';
import { HUB_MODELS } from './models/registry.js';
import { fromPretrained as load, type Pretrained, type PretrainedOptions } from './pretrained.js';

/** Loads a checkpoint of any model type of Hugging Face that is supported; see pretrained.ts. */
export function fromPretrained(
  engine: Engine,
  from: Source | string,
  options: PretrainedOptions & HubOptions = {},
): Promise<Pretrained> {
  return load(engine, from, { ...options, modelTypes: options.modelTypes ?? HUB_MODELS });
}
