// What a worker does: it waits for a job, takes pieces of it, and waits again, until there will be none any more.
// The entry points (node/worker.ts, web/worker.ts) differ by runtime only in how the start message comes in.
import {
  ACTIVE,
  ASLEEP,
  COUNT,
  FAILED,
  KERNEL,
  type Kernel,
  OPEN,
  QUIT,
  SCRATCH_AT,
  SCRATCH_BYTES,
  spin,
  viewControl,
} from './control.js';
import { abandon, takePieces } from './pieces.js';

/** All that a worker is given; structured clone carries it, sharing the memories. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
  /** 1, 2, …; the thread of the engine is 0 */
  readonly slot: number;
  /** The kernels that jobs name by their place in this list. */
  readonly kernels: readonly string[];
}

/**
 * Makes the worker's own instance over the shared memory.  That writes the constant tables again, with the
 * same bytes, so it must be done before the first job.  The function that comes back returns when the pool ends.
 */
export async function openWorker(start: WorkerStart): Promise<() => void> {
  // By hand and not by the loader: then this script needs no package, and runs where import maps do not reach.
  const { exports } = await WebAssembly.instantiate(start.module, { env: { memory: start.memory } });
  const kernels = start.kernels.map((name) => exports[name] as Kernel);
  return () => serve(start, kernels);
}

function serve({ control, slot }: WorkerStart, kernels: readonly Kernel[]): void {
  const { words, args: shared } = viewControl(control);
  const args: number[] = [];
  let seen = 0;
  for (;;) {
    awaitJob(words, seen);
    Atomics.add(words, ACTIVE, 1);
    // Only now is it certain that the job stays: it may have been closed, or be the next one already.
    const open = Atomics.load(words, OPEN);
    if (open === QUIT) return;
    if (open !== 0) {
      seen = open;
      args.length = words[COUNT];
      for (let i = 0; i < args.length; i++) args[i] = shared[i];
      const scratch = words[SCRATCH_AT];
      if (scratch >= 0) args[scratch] += slot * words[SCRATCH_BYTES];
      try {
        takePieces(words, kernels[words[KERNEL]], args);
      } catch {
        Atomics.store(words, FAILED, slot);
        abandon(words);
      }
    }
    if (Atomics.sub(words, ACTIVE, 1) === 1) Atomics.notify(words, ACTIVE);
  }
}

/** Until there is an open job other than `seen`. */
function awaitJob(words: Int32Array, seen: number): void {
  const there = (): boolean => {
    const open = Atomics.load(words, OPEN);
    return open !== 0 && open !== seen;
  };
  // The moment begins when the job is done, not when there is nothing left of it to take.
  if (spin(() => Atomics.load(words, OPEN) !== seen) && spin(there)) return;
  while (!there()) {
    // In this order: whoever opens a job and then sees nobody asleep need not wake anybody.
    Atomics.add(words, ASLEEP, 1);
    const open = Atomics.load(words, OPEN);
    if (open === 0 || open === seen) Atomics.wait(words, OPEN, open);
    Atomics.sub(words, ASLEEP, 1);
  }
}
