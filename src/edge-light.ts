// The door for edge runtimes in the manner of Vercel and Next.js: compiling bytes is forbidden there, but a .wasm file that is
// imported with `?module` it arrives compiled.
import simd from '../build/simd.wasm?module';
import type { Engine, EngineOptions } from './engine.js';
import { openSimd } from './only-simd.js';

export * from './web.js';

/**
 * Builds an engine; see EngineOptions.  The build `simd` comes along, so `auto` means `simd` here; for
 * `relaxed` import `fovea/relaxed.wasm` and pass it as `module`, or `fovea/dot.wasm` for faster products in 8 and 4 bits.
 */
export function createEngine(options: EngineOptions = {}): Promise<Engine> {
  return openSimd(() => simd, options);
}
