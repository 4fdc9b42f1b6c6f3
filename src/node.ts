// The Node door, also Bun's: the modules lie beside the package.
import { type Engine, type EngineOptions, openEngine } from './engine.js';
import { openSource } from './io/node/open.js';
import type { CachedHubOptions, CacheEvent } from './io/node/source-cache.js';
import type { Source } from './io/source.js';
import { type Build, isExact } from './kernels.js';
import { ALL_MODELS } from './models/own.js';
import { readQuantized } from './pretrained/quantized.js';
import { fromPretrained as load, type Pretrained, type PretrainedOptions } from './pretrained.js';
import type { ModuleSource } from './runtime/instantiate.js';
import { builtTeam, readBuild } from './runtime/node/beside.js';

export * from './index.js';
export { type CachedHubOptions, type CacheEvent, cachedHubSource } from './io/node/source-cache.js';
export { folderSource } from './io/node/source-folder.js';

/** Builds an engine; see EngineOptions. */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  return openEngine(findBuild, options, await builtTeam(options.threads));
}

/** Where a bundler has moved this file away from the modules, the inlined one serves, read only then. */
async function findBuild(build: Build): Promise<ModuleSource> {
  try {
    return await readBuild(build);
  } catch (error) {
    if (!isExact(build)) throw error;
    return (await import('./inlined.js')).inlined(build);
  }
}

/**
 * Loads a checkpoint; see fromPretrained of the core.  Here `from` may also be the path of a folder, and a
 * repository of the Hub is kept in the cache that all Hugging Face tools share.
 */
export async function fromPretrained(
  engine: Engine,
  from: Source | string,
  given: PretrainedOptions & CachedHubOptions = {},
): Promise<Pretrained> {
  const options = { quantized: readQuantized, ...given, modelTypes: given.modelTypes ?? ALL_MODELS };
  if (typeof from !== 'string') return load(engine, from, options);
  const onEvent = (event: CacheEvent): void => {
    options.onEvent?.(event);
    options.onProgress?.({ ...event, status: 'download', name: from });
  };
  return load(engine, await openSource(from, { ...options, onEvent }), options);
}
