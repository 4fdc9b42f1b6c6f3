// The Node door: the module's bytes lie beside the package.
import { readFile } from 'node:fs/promises';
import { type Engine, type EngineOptions, openEngine } from './engine.js';

export * from './index.js';

/** Builds an engine; see EngineOptions. */
export function createEngine(options: EngineOptions = {}): Promise<Engine> {
  return openEngine((variant) => readFile(new URL(`../build/${variant}.wasm`, import.meta.url)), options);
}
