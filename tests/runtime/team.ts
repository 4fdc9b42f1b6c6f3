// Threads for tests, on bare memory: a pool whose workers do all of a job but the first piece, however late
// they wake up, because the calling thread holds its piece back until the others have been taken.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Build, Kernels } from '../../src/kernels.js';
import { END, type Kernel, NEXT, viewControl } from '../../src/runtime/control.js';
import { compile, createMemory, instantiate } from '../../src/runtime/instantiate.js';
import { nodeWorkers } from '../../src/runtime/node/workers.js';
import { type Pool, startPool, type WorkerFactory, type WorkerHandle } from '../../src/runtime/pool.js';
import { SPLITS } from '../../src/runtime/split.js';
import { threaded } from '../../src/runtime/threaded.js';

export const ENTRY = new URL('../../dist/runtime/node/worker.js', import.meta.url);

export function bytesOf(build: Build): Buffer<ArrayBuffer> {
  return readFileSync(new URL(`../../build/${build}.wasm`, import.meta.url));
}

/** The real factory, which shows the workers it made and the block they share. */
export function watched(): WorkerFactory & { handles: WorkerHandle[]; control?: SharedArrayBuffer } {
  if (!existsSync(fileURLToPath(ENTRY))) throw new Error('the workers are not built: npm run build');
  const real = nodeWorkers(ENTRY);
  const factory: ReturnType<typeof watched> = {
    parallelism: real.parallelism,
    handles: [],
    spawn(start) {
      factory.control = start.control;
      const handle = real.spawn(start);
      factory.handles.push(handle);
      return handle;
    },
  };
  return factory;
}

export interface Team {
  memory: WebAssembly.Memory;
  /** on the calling thread alone */
  one: Kernels;
  /** on all threads */
  all: Kernels;
  pool: Pool;
  /** how many jobs the pool has run */
  jobs(): number;
}

export async function team(build: Build, threads: number): Promise<Team> {
  const memory = createMemory(65536, true);
  const module = await compile(bytesOf(build));
  const one = await instantiate(module, memory);
  const factory = watched();
  const pool = await startPool(factory, threads, { module, memory, kernels: Object.keys(SPLITS) });
  const { words } = viewControl(factory.control!);
  const run = pool.run.bind(pool);
  let jobs = 0;
  pool.run = (index, kernel, args, granule, scratch) => {
    jobs++;
    run(index, heldBack(kernel, words), args, granule, scratch);
  };
  return { memory, one, all: threaded(one, pool), pool, jobs: () => jobs };
}

export function heldBack(kernel: Kernel, words: Int32Array): Kernel {
  return (...args) => {
    const until = performance.now() + 20_000;
    while (Atomics.load(words, NEXT) < words[END]) {
      if (performance.now() > until) throw new Error('the workers take no pieces');
      Atomics.wait(words, NEXT, Atomics.load(words, NEXT), 1);
    }
    return kernel(...args);
  };
}
