// Bytes or a compiled module become kernels over a memory.  The only file that knows the loader.
import { instantiate as load } from '@assemblyscript/loader';
import { EngineError } from '../errors.js';
import type { Kernels } from '../kernels.js';

/** What a door hands over: compiled elsewhere (Workers, edge) or bytes to compile here. */
export type ModuleSource = WebAssembly.Module | BufferSource;

/** A memory that can grow to `maxPages` pages of 64 KiB. */
export function createMemory(maxPages: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: maxPages });
}

/** @throws EngineError when the module cannot be compiled or linked here. */
export async function instantiate(source: ModuleSource, memory: WebAssembly.Memory): Promise<Kernels> {
  try {
    const { instance } = await load(source as WebAssembly.Module, { env: { memory } });
    return instance.exports as unknown as Kernels;
  } catch (cause) {
    throw new EngineError(`the WebAssembly module could not be instantiated: ${String(cause)}`, { cause });
  }
}
