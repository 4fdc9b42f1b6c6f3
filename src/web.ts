// What the doors without a file system have in common: all names, and checkpoints of every known model type.
import type { Engine } from './engine.js';
import type { HubOptions } from './io/http.js';
import type { Source } from './io/source.js';
import { urlSource } from './io/source-url.js';
import { isUrl } from './io/url.js';
import { ALL_MODELS } from './models/own.js';
import { readQuantized } from './pretrained/quantized.js';
import { fromPretrained as load, type Pretrained, type PretrainedOptions } from './pretrained.js';

export * from './index.js';

/** Loads a checkpoint of any known model type; see fromPretrained of the core.  Here `from` may also be a URL. */
export function fromPretrained(
  engine: Engine,
  from: Source | string | URL,
  options: PretrainedOptions & HubOptions = {},
): Promise<Pretrained> {
  const source =
    from instanceof URL || (typeof from === 'string' && isUrl(from)) ? urlSource(from, options) : from;
  return load(engine, source, {
    quantized: readQuantized,
    ...options,
    modelTypes: options.modelTypes ?? ALL_MODELS,
  });
}
