// The Deno door: Node's, but the reproducible build is inlined, so that it needs no permission to read files.
import { type Engine, type EngineOptions, openEngine } from './engine.js';
import { inlinedSimd } from './inlined.js';
import { builtTeam, readBuild } from './runtime/node/beside.js';

export * from './node.js';

/** Builds an engine; see EngineOptions. */
export function createEngine(options: EngineOptions = {}): Promise<Engine> {
  return openEngine(
    (build) => (build === 'simd' || build === 'threads' ? inlinedSimd(build) : readBuild(build)),
    options,
    builtTeam(),
  );
}
