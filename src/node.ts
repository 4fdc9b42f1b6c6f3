// The Node door: the module's bytes lie beside the package.
import { readFile } from 'node:fs/promises';
import { type Engine, type EngineOptions, openEngine } from './engine.js';
import { openSource } from './io/node/open.js';
import type { CachedHubOptions, CacheEvent } from './io/node/source-cache.js';
import type { Source } from './io/source.js';
import { ALL_MODELS } from './models/own.js';
import { fromPretrained as load, type Pretrained, type PretrainedOptions } from './pretrained.js';
import { nodeWorkers } from './runtime/node/workers.js';

export * from './index.js';
export { type CachedHubOptions, cachedHubSource } from './io/node/source-cache.js';
export { folderSource } from './io/node/source-folder.js';

/** Builds an engine; see EngineOptions. */
export function createEngine(options: EngineOptions = {}): Promise<Engine> {
  return openEngine(
    (build) => readFile(new URL(`../build/${build}.wasm`, import.meta.url)),
    options,
    // Named from the package's root: the workers are the built ones even where this file runs from src/.
    nodeWorkers(new URL('../dist/runtime/node/worker.js', import.meta.url)),
  );
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
  const options = { modelTypes: ALL_MODELS, ...given };
  if (typeof from !== 'string') return load(engine, from, options);
  const onEvent = (event: CacheEvent): void => {
    options.onEvent?.(event);
    options.onProgress?.({ ...event, status: 'download', name: from });
  };
  return load(engine, await openSource(from, { ...options, onEvent }), options);
}
