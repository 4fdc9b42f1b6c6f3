// The door for browsers and every runtime without one of its own: the module's bytes are inlined at build
// time, because that is what survives every bundler, offline use and a single-file page unconfigured.
import type { Engine, EngineOptions } from './engine.js';
import { inlined } from './inlined.js';
import { openSimd } from './only-simd.js';
import { teamOf } from './runtime/team.js';
import { webWorkers } from './runtime/web/workers.js';

export * from './web.js';

export interface DefaultEngineOptions extends EngineOptions {
  /**
   * Makes a worker that runs `fovea/thread`, for bundlers that do not find that script by themselves (esbuild,
   * Rollup): `() => new Worker('/thread.js', { type: 'module' })`.
   */
  threadWorker?: () => Worker;
}

/**
 * Builds an engine; see EngineOptions.  Only reproducible builds are inlined, so `auto` means `simd` here;
 * for `relaxed` hand the bytes of `fovea/relaxed.wasm` over as `module`.
 */
export function createEngine(options: DefaultEngineOptions = {}): Promise<Engine> {
  const team = typeof Worker === 'function' ? teamOf(webWorkers(options.threadWorker)) : undefined;
  return openSimd(inlined, options, team);
}
