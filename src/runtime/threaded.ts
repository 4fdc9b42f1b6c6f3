// Kernels on all threads of a pool, behind the interface of kernels on one: ops do not know the difference.
import type { Kernels } from '../kernels.js';
import type { Kernel } from './control.js';
import type { Strips } from './pieces.js';
import type { Pool, Scratch } from './pool.js';
import { SPLITS, type Split } from './split.js';

/**
 * A call that takes less than this (ns, by the guess of split.ts) stays on the calling thread.  What is shared so gains
 * little by itself, but workers stay awake between the long calls.
 */
const WORTH_NS = 7_000;
/** The same where all workers sleep: waking one takes this thread some 15 µs, and that one as much again to come. */
const WORTH_WAKING_NS = 40_000;
/** No piece should take less, or taking it would be a good part of the work. */
const PIECE_NS = 4_000;

/** Rows of a strip: as many as the products keep in the cache while all their panels pass by. */
const STRIP = 128;

const LINE = 64;

export function threaded(kernels: Kernels, pool: Pool): Kernels {
  const own: Record<string, unknown> = { ...kernels };
  const splits = Object.entries(SPLITS) as unknown as [keyof Kernels, Split][];
  for (const [, { scratch }] of splits)
    if (scratch)
      own[scratch.size] = (...args: number[]) =>
        (bytesOf(kernels, scratch, args) / scratch.item) * pool.threads;
  splits.forEach(([name, split], index) => {
    own[name] = onThreads(kernels, name, split, index, pool);
  });
  return own as unknown as Kernels;
}

function onThreads(kernels: Kernels, name: keyof Kernels, split: Split, index: number, pool: Pool): Kernel {
  const kernel = kernels[name] as Kernel;
  return (...args: number[]): void => {
    const units = args[args.length - 1] - args[args.length - 2];
    const ns = split.unitNs(...args);
    const granule = split.granule?.(...args) ?? 1;
    const strips = stripsOf(kernels, split, args);
    const part = strips ? strips.rows / args[strips.at] : 1;
    const piece = Math.ceil(PIECE_NS / (ns * part * granule)) * granule;
    const worth = pool.awake ? WORTH_NS : WORTH_WAKING_NS;
    if (units * ns >= worth && (strips || units > piece))
      pool.run(index, kernel, args, piece, scratchOf(kernels, split, args), strips);
    else kernel(...args);
  };
}

function scratchOf(kernels: Kernels, { scratch }: Split, args: readonly number[]): Scratch | null {
  if (!scratch) return null;
  return { at: scratch.at, bytes: bytesOf(kernels, scratch, scratch.sizeArgs(...args)) };
}

function stripsOf(kernels: Kernels, { strips }: Split, args: readonly number[]): Strips | null {
  if (!strips || args[strips.at] < 2 * STRIP) return null;
  return { rows: STRIP, at: strips.at, steps: strips.steps(kernels, ...args) };
}

/** Working memory of one thread, in whole cache lines, so that no two threads write to the same one. */
function bytesOf(
  kernels: Kernels,
  { size, item }: NonNullable<Split['scratch']>,
  args: readonly number[],
): number {
  const items = (kernels[size] as Kernel)(...args) as number;
  return Math.ceil((item * items) / LINE) * LINE;
}
