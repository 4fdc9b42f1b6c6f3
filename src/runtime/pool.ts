// The threads of an engine: the calling one, which takes part in every job, and workers that wait for jobs.
// Running a job is synchronous, like a kernel call.
import { EngineError } from '../errors.js';
import {
  ACTIVE,
  ASLEEP,
  CONTROL_BYTES,
  COUNT,
  type Control,
  FAILED,
  KERNEL,
  type Kernel,
  NEXT,
  OPEN,
  QUIT,
  SCRATCH_AT,
  SCRATCH_BYTES,
  spin,
  THREADS,
  viewControl,
} from './control.js';
import { abandon, cut, type Strips, takePieces } from './pieces.js';
import type { WorkerStart } from './worker.js';

/** A worker as its runtime's factory made it. */
export interface WorkerHandle {
  /** resolves when it is about to wait for jobs; rejects if it does not get there */
  readonly ready: Promise<void>;
  /** resolves when it has ended, for whatever reason, which is told */
  readonly gone: Promise<string>;
  /** Ends it at once. */
  terminate(): void;
}

/** What a door knows of its runtime's workers.  They must not keep a process alive once they are ready. */
export interface WorkerFactory {
  /** how many threads can run at once here */
  parallelism(): number;
  /** @throws where no worker is to be had */
  spawn(start: WorkerStart): WorkerHandle;
  /** Least time (ms) after which a worker that does not come back from a job is given up; default 10 s. */
  readonly patienceMs?: number;
}

export interface Scratch {
  /** position among the arguments of an address that thread 0 uses as it is */
  readonly at: number;
  /** thread t uses the address + t * bytes */
  readonly bytes: number;
}

/** A worker that joined is given up if it needs so many ms, and so many times what this thread took. */
const PATIENCE_MS = 10_000;
const PATIENCE_FACTOR = 50;
/** One look at the clock counts for so many ms at most: a process that was stopped for an hour is not late. */
const SLICE_MS = 100;

/** @throws what the factory or a worker threw; then none is left */
export async function startPool(
  workers: WorkerFactory,
  threads: number,
  start: Omit<WorkerStart, 'control' | 'slot'>,
): Promise<Pool> {
  const control = new SharedArrayBuffer(CONTROL_BYTES);
  const handles: WorkerHandle[] = [];
  try {
    for (let slot = 1; slot < threads; slot++) handles.push(workers.spawn({ ...start, control, slot }));
    await Promise.all(handles.map(({ ready }) => ready));
  } catch (cause) {
    for (const handle of handles) handle.terminate();
    throw cause;
  }
  return new Pool(handles, control, workers.patienceMs);
}

export class Pool {
  readonly #control: Control;
  readonly #mayWait: boolean;
  #job = 0;
  /** Why no job can be run any more. */
  #dead: string | null = null;

  constructor(
    readonly workers: readonly WorkerHandle[],
    control: SharedArrayBuffer,
    readonly patienceMs = PATIENCE_MS,
  ) {
    this.#control = viewControl(control);
    this.#control.words[THREADS] = this.threads;
    this.#mayWait = mayWait(this.#control.words);
    workers.forEach(({ gone }, i) => {
      gone.then((why) => {
        this.#dead ??= `worker ${i + 1} of the engine has ended (${why})`;
      });
    });
  }

  get threads(): number {
    return this.workers.length + 1;
  }

  /** Whether a worker would join at once. */
  get awake(): boolean {
    return Atomics.load(this.#control.words, ASLEEP) < this.workers.length;
  }

  /**
   * Calls kernel number `index` over its whole range, in pieces of multiples of `granule` units on all threads.
   * `kernel` is this thread's instance of it; `args` are used up.
   * @throws EngineError when a worker is dead or the kernel trapped in one; what it throws here otherwise
   */
  run(
    index: number,
    kernel: Kernel,
    args: number[],
    granule: number,
    scratch: Scratch | null,
    strips: Strips | null = null,
  ): void {
    if (this.#dead !== null) throw new EngineError(`${this.#dead}; create another engine`);
    const { words, args: shared } = this.#control;
    cut(words, args, granule, strips);
    shared.set(args);
    words[COUNT] = args.length;
    words[KERNEL] = index;
    words[SCRATCH_AT] = scratch ? scratch.at : -1;
    words[SCRATCH_BYTES] = scratch ? scratch.bytes : 0;
    words[FAILED] = 0;
    Atomics.store(words, NEXT, 0);
    const next = (this.#job + 1) | 0;
    this.#job = next === 0 || next === QUIT ? 1 : next;
    Atomics.store(words, OPEN, this.#job);
    if (Atomics.load(words, ASLEEP) > 0) Atomics.notify(words, OPEN);
    const begin = performance.now();
    try {
      takePieces(words, kernel, args);
    } catch (error) {
      abandon(words);
      throw error;
    } finally {
      Atomics.store(words, OPEN, 0);
      this.#settle(words, performance.now() - begin);
    }
    if (words[FAILED] !== 0)
      throw new EngineError(`a kernel trapped in worker ${words[FAILED]}: its operands are out of bounds`);
  }

  /** Waits until every worker that joined has left; `own` is how long (ms) this thread was busy. */
  #settle(words: Int32Array, own: number): void {
    if (spin(() => Atomics.load(words, ACTIVE) === 0)) return;
    let patience = Math.max(this.patienceMs, PATIENCE_FACTOR * own);
    let now = performance.now();
    while (patience > 0) {
      const active = Atomics.load(words, ACTIVE);
      if (active === 0) return;
      // A page's main thread may not sleep; it goes on looking.
      if (this.#mayWait) Atomics.wait(words, ACTIVE, active, SLICE_MS);
      const before = now;
      now = performance.now();
      patience -= Math.min(now - before, SLICE_MS);
    }
    this.dispose();
    this.#dead = 'a worker of the engine has died or hangs in the middle of a job';
    throw new EngineError(`${this.#dead}; create another engine`);
  }

  /** Ends the workers.  No job can be run afterwards. */
  dispose(): void {
    this.#dead ??= 'the engine has been disposed';
    // Chromium gives a worker that sleeps two seconds before it ends it: on a page, they are woken up for that.
    // Not those of a worker: if that ends while they are about to, Chromium (156) waits for them forever.
    if (!this.#mayWait) {
      Atomics.store(this.#control.words, OPEN, QUIT);
      Atomics.notify(this.#control.words, OPEN);
    }
    for (const worker of this.workers) worker.terminate();
  }
}

function mayWait(words: Int32Array): boolean {
  try {
    Atomics.wait(words, OPEN, -1); // returns at once, because no job is numbered so yet
    return true;
  } catch {
    return false;
  }
}
