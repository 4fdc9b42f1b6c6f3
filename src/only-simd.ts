// Engines where only reproducible builds are at hand, as in every door that carries its module along.
import { type Engine, type EngineOptions, openEngine } from './engine.js';
import { EngineError } from './errors.js';
import { type ExactBuild, isExact } from './kernels.js';
import type { ModuleSource } from './runtime/instantiate.js';
import type { Team } from './runtime/threads.js';

/**
 * `auto` means `simd` here; for another variant the caller hands the module over.
 * @param load gives the builds for threads too where there is a team to use them; any exact build will do for another
 */
export function openSimd(
  load: (build: ExactBuild) => ModuleSource | Promise<ModuleSource>,
  options: EngineOptions = {},
  team?: Team,
): Promise<Engine> {
  const variant = options.variant === 'auto' && !options.module ? 'simd' : options.variant;
  return openEngine(
    (build) => {
      if (isExact(build)) return load(build);
      throw new EngineError(
        `the build ${build} does not come along here: pass fovea/${build}.wasm as module`,
      );
    },
    { ...options, variant },
    team,
  );
}
