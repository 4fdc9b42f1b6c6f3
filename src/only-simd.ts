// Engines where the reproducible build is the only one at hand, as in every door that carries its module along.
import { type Engine, type EngineOptions, openEngine } from './engine.js';
import { EngineError } from './errors.js';
import type { ModuleSource } from './runtime/instantiate.js';

/** `auto` means `simd` here; for another variant the caller hands the module over. */
export function openSimd(
  simd: () => ModuleSource | Promise<ModuleSource>,
  options: EngineOptions = {},
): Promise<Engine> {
  const variant = options.variant === 'auto' && !options.module ? 'simd' : options.variant;
  return openEngine(
    (build) => {
      if (build === 'simd') return simd();
      throw new EngineError(
        `the build ${build} does not come along here: pass fovea/${build}.wasm as module`,
      );
    },
    { ...options, variant },
  );
}
