// The door for browsers and every runtime without one of its own: the module's bytes are inlined at build
// time, because that is what survives every bundler, offline use and a single-file page unconfigured.
import { type Engine, type EngineOptions, openEngine } from './engine.js';
import { EngineError } from './errors.js';
import { simd } from './generated/simd.js';
import type { HubOptions } from './io/http.js';
import type { Source } from './io/source.js';
import { ALL_MODELS } from './models/own.js';
import { fromPretrained as load, type Pretrained, type PretrainedOptions } from './pretrained.js';

export * from './index.js';

/**
 * Builds an engine; see EngineOptions.  Only the reproducible build is inlined, so `auto` means `simd` here;
 * for `relaxed` hand the bytes of `fovea/relaxed.wasm` over as `module`.
 */
export function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const variant = options.variant === 'auto' && !options.module ? 'simd' : options.variant;
  return openEngine(
    (wanted) => {
      if (wanted !== 'simd')
        throw new EngineError(`the build ${wanted} is not inlined: pass fovea/${wanted}.wasm as module`);
      return Uint8Array.from(atob(simd), (c) => c.charCodeAt(0));
    },
    { ...options, variant },
  );
}

/** Loads a checkpoint of any known model type; see fromPretrained of the core. */
export function fromPretrained(
  engine: Engine,
  from: Source | string,
  options: PretrainedOptions & HubOptions = {},
): Promise<Pretrained> {
  return load(engine, from, { modelTypes: ALL_MODELS, ...options });
}
