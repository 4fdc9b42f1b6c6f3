// The Deno door: Node's, but reproducible builds are inlined, so that it needs no permission to read files.
import { type Engine, type EngineOptions, openEngine } from './engine.js';
import { isExact } from './kernels.js';
import { builtTeam, readBuild } from './runtime/node/beside.js';

export * from './node.js';

/** Builds an engine; see EngineOptions. */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  return openEngine(
    async (build) => {
      if (!isExact(build)) return readBuild(build);
      return (await import('./inlined.js')).inlined(build);
    },
    options,
    await builtTeam(options.threads),
  );
}
