// From what was asked for to what can be had: how many threads, and why not more.  How threads are started
// (team.ts) comes from the door, so that a bundle for one thread does not carry it.
import { ArgumentError } from '../errors.js';
import type { Kernels } from '../kernels.js';
import type { Features } from './probe.js';

export const MAX_THREADS = 64;
/** More than this share one memory bus, and most of our work is as fast as that. */
const MAX_AUTO = 16;

export interface Plan {
  readonly threads: number;
  /** why it is one though more were asked for; null if it is as asked */
  readonly reason: string | null;
}

/** Threads at work: the kernels that use them, and how to end them. */
export interface Threads extends Plan {
  readonly kernels: Kernels;
  /** Ends them. */
  dispose(): void;
}

/** What a door knows of threads in its runtime. */
export interface Team {
  /** how many can run at once here */
  parallelism(): number;
  /** Kernels over `memory` that use so many threads. @throws where they cannot be started */
  start(
    threads: number,
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    kernels: Kernels,
  ): Promise<Pick<Threads, 'kernels' | 'dispose'>>;
}

/** @throws ArgumentError unless `asked` is 'auto' or a whole number from 1 to 64 */
export function planThreads(
  asked: number | 'auto',
  team: Pick<Team, 'parallelism'> | undefined,
  features: Features,
): Plan {
  if (asked !== 'auto' && !(Number.isInteger(asked) && asked >= 1 && asked <= MAX_THREADS))
    throw new ArgumentError(
      `threads must be 'auto' or a whole number from 1 to ${MAX_THREADS}, got ${JSON.stringify(asked)}`,
    );
  const one = (reason: string | null): Plan => ({ threads: 1, reason });
  if (asked === 1) return one(null);
  if (!team) return one('this runtime or entry point of fovea starts no workers');
  if (!features.sharedMemory)
    return one('there is no SharedArrayBuffer here (a page needs cross-origin isolation)');
  if (asked !== 'auto') return { threads: asked, reason: null };
  const threads = Math.min(team.parallelism(), MAX_AUTO);
  return threads > 1 ? { threads, reason: null } : one('one processor is available');
}

/** Starts what was planned; where workers cannot be started, one thread it is. */
export async function startThreads(
  { threads, reason }: Plan,
  team: Team | undefined,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  kernels: Kernels,
): Promise<Threads> {
  const one = { threads: 1, reason, kernels, dispose() {} };
  if (threads === 1 || !team) return one;
  try {
    return { threads, reason, ...(await team.start(threads, module, memory, kernels)) };
  } catch (cause) {
    return { ...one, reason: `workers could not be started: ${String(cause)}` };
  }
}
