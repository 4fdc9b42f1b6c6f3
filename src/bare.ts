// The door that brings no module: for those who load fovea/engine.wasm (or another build) themselves, and want
// no bytes of it in their JavaScript.
import { type Engine, type EngineOptions, openEngine } from './engine.js';
import { ArgumentError } from './errors.js';
import type { ModuleSource } from './runtime/instantiate.js';

export { Engine, type EngineOptions } from './engine.js';
export type { Build, Variant } from './kernels.js';
export type { ModuleSource } from './runtime/instantiate.js';

/**
 * Builds an engine from a module that is compiled already, or from its bytes; see EngineOptions.
 * @throws ArgumentError without a module; EngineError if it does not fit `variant` and `threads`
 */
export async function createEngine(options: EngineOptions & { module: ModuleSource }): Promise<Engine> {
  if (!options?.module)
    throw new ArgumentError('module must be a WebAssembly.Module or the bytes of one, got none');
  return openEngine(() => options.module, options);
}
