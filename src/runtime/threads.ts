// From what was asked for to what can be had: how many threads, and why not more.
import { ArgumentError } from '../errors.js';
import type { Kernels } from '../kernels.js';
import { startPool, type WorkerFactory } from './pool.js';
import type { Features } from './probe.js';
import { SPLITS } from './split.js';
import { threaded } from './threaded.js';

export const MAX_THREADS = 64;
/** More than this share one memory bus, and most of our work is as fast as that. */
const MAX_AUTO = 16;

export interface Plan {
  readonly threads: number;
  /** why it is one though more were asked for; null if it is as asked */
  readonly reason: string | null;
}

/** @throws ArgumentError unless `asked` is 'auto' or a whole number from 1 to 64 */
export function planThreads(
  asked: number | 'auto',
  workers: WorkerFactory | undefined,
  features: Features,
): Plan {
  if (asked !== 'auto' && !(Number.isInteger(asked) && asked >= 1 && asked <= MAX_THREADS))
    throw new ArgumentError(
      `threads must be 'auto' or a whole number from 1 to ${MAX_THREADS}, got ${JSON.stringify(asked)}`,
    );
  const one = (reason: string | null): Plan => ({ threads: 1, reason });
  if (asked === 1) return one(null);
  if (!workers) return one('this entry point of fovea starts no workers; the one for Node does');
  if (!features.sharedMemory)
    return one('there is no SharedArrayBuffer here (a page needs cross-origin isolation)');
  if (asked !== 'auto') return { threads: asked, reason: null };
  const threads = Math.min(workers.parallelism(), MAX_AUTO);
  return threads > 1 ? { threads, reason: null } : one('one processor is available');
}

/** Threads at work: the kernels that use them, and how to end them. */
export interface Threads extends Plan {
  readonly kernels: Kernels;
  dispose(): void;
}

/** Starts what was planned; where workers cannot be started, one thread it is. */
export async function startThreads(
  plan: Plan,
  workers: WorkerFactory | undefined,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  kernels: Kernels,
): Promise<Threads> {
  if (plan.threads === 1 || !workers) return { ...plan, kernels, dispose() {} };
  try {
    const pool = await startPool(workers, plan.threads, { module, memory, kernels: Object.keys(SPLITS) });
    return { ...plan, kernels: threaded(kernels, pool), dispose: () => pool.dispose() };
  } catch (cause) {
    return { threads: 1, reason: `workers could not be started: ${String(cause)}`, kernels, dispose() {} };
  }
}
