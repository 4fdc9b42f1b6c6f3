// A team of threads from a runtime's workers: what the doors of runtimes that have workers hand to openEngine().
import { startPool, type WorkerFactory } from './pool.js';
import { SPLITS } from './split.js';
import { threaded } from './threaded.js';
import type { Team } from './threads.js';

/** Puts workers to use: what openEngine() takes where it is to have threads. */
export function teamOf(workers: WorkerFactory): Team {
  return {
    parallelism: () => workers.parallelism(),
    async start(threads, module, memory, kernels) {
      const pool = await startPool(workers, threads, { module, memory, kernels: Object.keys(SPLITS) });
      return { kernels: threaded(kernels, pool), dispose: () => pool.dispose() };
    },
  };
}
