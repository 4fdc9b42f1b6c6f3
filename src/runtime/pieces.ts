// How a job is cut: into pieces of the kernel's range, and where a unit of all rows takes long into strips of rows.
import {
  BEGIN,
  END,
  GRANULE,
  type Kernel,
  MAX_STEPS,
  NEXT,
  ROWS,
  ROWS_AT,
  STEPS,
  STRIP_ROWS,
  THREADS,
  UNITS,
} from './control.js';

/** For kernels whose rows are independent as well as their units: threads end together where units are long. */
export interface Strips {
  /** rows of a strip */
  readonly rows: number;
  /** position among the arguments of the number of all rows */
  readonly at: number;
  /** positions of the operands that have rows, three at most, and the bytes from one row to the next */
  readonly steps: readonly (readonly [at: number, bytes: number])[];
}

/** A thread takes this part of its fair share of what is left: pieces shrink, so that all end together. */
const SHARES = 2;
/** Longer ones are multiples of so many granules: attention works on four units at once, if they are the right four. */
const WHOLE = 4;

/**
 * Writes down what the units of the job are: those of the kernel's range, one strip after another.  `args` become
 * those of the first strip.
 */
export function cut(words: Int32Array, args: number[], granule: number, strips: Strips | null): void {
  const begin = args[args.length - 2];
  const units = args[args.length - 1] - begin;
  words[BEGIN] = begin;
  words[UNITS] = units;
  words[GRANULE] = granule;
  words[END] = units;
  if (!strips) return;
  const { rows, at, steps } = strips;
  words[END] = units * Math.ceil(args[at] / rows);
  words[ROWS] = args[at];
  words[STRIP_ROWS] = rows;
  words[ROWS_AT] = at;
  for (let i = 0; i < MAX_STEPS; i++) {
    words[STEPS + 2 * i] = i < steps.length ? steps[i][0] : 0;
    words[STEPS + 2 * i + 1] = i < steps.length ? steps[i][1] * rows : 0;
  }
  args[at] = Math.min(rows, args[at]);
}

/** Moves a thread's arguments from one strip to another. */
function move(words: Int32Array, args: number[], from: number, to: number): void {
  const rows = words[STRIP_ROWS];
  args[words[ROWS_AT]] = Math.min(rows, words[ROWS] - to * rows);
  for (let i = STEPS; i < STEPS + 2 * MAX_STEPS; i += 2) args[words[i]] += (to - from) * words[i + 1];
}

/** Runs pieces of the open job until none is left.  `args` are the thread's own and get overwritten. */
export function takePieces(words: Int32Array, kernel: Kernel, args: number[]): void {
  const end = words[END];
  const granule = words[GRANULE];
  const units = words[UNITS];
  const begin = words[BEGIN];
  const split = SHARES * words[THREADS] * granule;
  const last = args.length - 1;
  let strip = 0;
  for (;;) {
    const at = Atomics.load(words, NEXT);
    const left = end - at;
    if (left <= 0) return;
    const to = Math.floor(at / units);
    const first = at - to * units;
    const share = Math.max(1, Math.floor(left / split));
    const size = Math.min(units - first, (share > WHOLE ? share - (share % WHOLE) : share) * granule);
    if (Atomics.compareExchange(words, NEXT, at, at + size) !== at) continue;
    if (to !== strip) move(words, args, strip, to);
    strip = to;
    args[last - 1] = begin + first;
    args[last] = begin + first + size;
    kernel(...args);
  }
}

/** After a trap: what has not been taken need not be. */
export function abandon(words: Int32Array): void {
  Atomics.store(words, NEXT, words[END]);
}
