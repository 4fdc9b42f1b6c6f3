// Bytes or a compiled module become kernels over a memory.  The only file that knows the loader.
import { instantiateSync as load } from '@assemblyscript/loader';
import { EngineError } from '../errors.js';
import type { Kernels } from '../kernels.js';

/** What a door hands over: compiled elsewhere (Workers, edge) or bytes to compile here. */
export type ModuleSource = WebAssembly.Module | BufferSource;

/** A memory that can grow to `maxPages` pages of 64 KiB; `shared` between threads for the builds for threads. */
export function createMemory(maxPages: number, shared = false): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: maxPages, shared });
}

/** Sandboxes of edge runtimes hand over modules of another realm, which `instanceof` does not know. */
function isModule(source: ModuleSource): source is WebAssembly.Module {
  return Object.prototype.toString.call(source) === '[object WebAssembly.Module]';
}

/** @throws EngineError when the bytes are no module that this runtime takes */
export async function compile(source: ModuleSource): Promise<WebAssembly.Module> {
  if (isModule(source)) return source;
  try {
    return await WebAssembly.compile(source);
  } catch (cause) {
    throw new EngineError(`the WebAssembly module could not be compiled: ${String(cause)}`, { cause });
  }
}

/** @throws EngineError when the module cannot be compiled or linked here. */
export async function instantiate(source: ModuleSource, memory: WebAssembly.Memory): Promise<Kernels> {
  try {
    const { exports } = await link(await compile(source), { env: { memory } });
    return exports as unknown as Kernels;
  } catch (cause) {
    throw new EngineError(`the WebAssembly module could not be instantiated: ${String(cause)}`, { cause });
  }
}

/**
 * At once where that is allowed, which it is not for larger modules on the main thread of older browsers, nor, by the
 * loader, for modules of another realm.  Its other way asks for `Response`, and for that Node loads its whole HTTP
 * client, which takes as long as everything else from import to first result.
 */
async function link(
  module: WebAssembly.Module,
  imports: { env: { memory: WebAssembly.Memory } },
): Promise<WebAssembly.Instance> {
  try {
    return load(module, imports).instance;
  } catch {
    return WebAssembly.instantiate(module, imports);
  }
}
