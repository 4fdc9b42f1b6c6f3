// The block of shared words by which threads work on one job: a kernel call whose range is cut into pieces
// that whoever is free takes.  Nobody waits for a worker that has not joined, so a job is never later than
// one thread would be because a worker still sleeps or the machine has given its core away.

/** A kernel as the pool sees it: the last two arguments are the range [begin, end). */
export type Kernel = (...args: number[]) => unknown;

// Words.  The first three are written by several threads at once, so each has a cache line to itself.
/** number of the job that may be joined, 0 for none, QUIT when there will be none any more */
export const OPEN = 0;
export const QUIT = -1;
/** how many workers sleep, or are about to */
export const ASLEEP = 1;
/** how many workers have joined and not left */
export const ACTIVE = 16;
/** first unit that nobody has taken */
export const NEXT = 32;
/** The job, written while it is closed and nobody has joined: how many units, taken in multiples of so many. */
export const END = 48;
export const GRANULE = 49;
export const KERNEL = 50;
export const COUNT = 51;
/** Position of the argument that is working memory (-1: none), and the bytes of it for each thread. */
export const SCRATCH_AT = 52;
export const SCRATCH_BYTES = 53;
/** Slot of the worker in which the kernel trapped, 0 for none. */
export const FAILED = 54;
/** How many threads there are; never changes. */
export const THREADS = 55;
/** How pieces.ts cuts the job: see there. */
export const UNITS = 56;
export const BEGIN = 57;
export const ROWS = 58;
export const STRIP_ROWS = 59;
export const ROWS_AT = 60;
export const STEPS = 61;
export const MAX_STEPS = 3;

const WORDS = 80;
const MAX_ARGS = 96;

/** Bytes of the block: words, then the arguments of the call as doubles, which hold any i32 and f32. */
export const CONTROL_BYTES = 4 * WORDS + 8 * MAX_ARGS;

export interface Control {
  readonly words: Int32Array;
  readonly args: Float64Array;
}

export function viewControl(block: SharedArrayBuffer): Control {
  return { words: new Int32Array(block, 0, WORDS), args: new Float64Array(block, 4 * WORDS, MAX_ARGS) };
}

/** A core that looks at a word for so long (ms) is woken for free; going to sleep and back costs about as much. */
const SPIN_MS = 0.05;

/** Whether `holds` comes true within a moment. */
export function spin(holds: () => boolean): boolean {
  const until = performance.now() + SPIN_MS;
  do for (let i = 0; i < 32; i++) if (holds()) return true;
  while (performance.now() < until);
  return false;
}
