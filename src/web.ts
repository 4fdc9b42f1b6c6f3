// What the doors without a file system have in common: all names, and checkpoints of every known model type.
import type { Engine } from './engine.js';
import type { HubOptions } from './io/http.js';
import type { Source } from './io/source.js';
import { ALL_MODELS } from './models/own.js';
import { fromPretrained as load, type Pretrained, type PretrainedOptions } from './pretrained.js';

export * from './index.js';

/** Loads a checkpoint of any known model type; see fromPretrained of the core. */
export function fromPretrained(
  engine: Engine,
  from: Source | string,
  options: PretrainedOptions & HubOptions = {},
): Promise<Pretrained> {
  return load(engine, from, { ...options, modelTypes: options.modelTypes ?? ALL_MODELS });
}
