// The door for browsers and every runtime without one of its own: the module's bytes are inlined at build
// time, because that is what survives every bundler, offline use and a single-file page unconfigured.
import type { Engine, EngineOptions } from './engine.js';
import { inlinedSimd } from './inlined.js';
import { openSimd } from './only-simd.js';

export * from './web.js';

/**
 * Builds an engine; see EngineOptions.  Only the reproducible build is inlined, so `auto` means `simd` here;
 * for `relaxed` hand the bytes of `fovea/relaxed.wasm` over as `module`.
 */
export function createEngine(options: EngineOptions = {}): Promise<Engine> {
  return openSimd(inlinedSimd, options);
}
