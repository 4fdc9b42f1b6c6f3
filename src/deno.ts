// The Deno door: Node's, but the reproducible build is inlined, so that it needs no permission to read files.
import { type Engine, type EngineOptions, openEngine } from './engine.js';
import { builtTeam, readBuild } from './runtime/node/beside.js';

export * from './node.js';

/** Builds an engine; see EngineOptions. */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  return openEngine(
    async (build) => {
      if (build !== 'simd' && build !== 'threads') return readBuild(build);
      return (await import('./inlined.js')).inlinedSimd(build);
    },
    options,
    await builtTeam(options.threads),
  );
}
