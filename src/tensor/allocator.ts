// Blocks of linear memory: best fit within size classes, split on allocation, merged on release.
// The bookkeeping lives on the JavaScript side, so a kernel that writes astray cannot corrupt it.  A forward
// pass takes and gives back a block for every intermediate result: blocks link to each other, and what a
// merge leaves over is used by the next split, so that none of it makes garbage.

/** A run of bytes, free or owned by as many as `refs` counts. */
export interface Block {
  /** byte address */
  readonly start: number;
  readonly size: number;
  /** owners; 0 where it is free */
  refs: number;
}

interface Link extends Block {
  start: number;
  size: number;
  /** neighbours in memory */
  before: Link | null;
  after: Link | null;
  /** neighbours in its size class while it is free */
  newer: Link | null;
  older: Link | null;
}

/** Everything is aligned to a cache line. */
export const ALIGN = 64;

const BINS = 32;
const binOf = (size: number): number => 31 - Math.clz32(size >>> 6 || 1);

export class Allocator {
  /** The free block of each class that was released last: likely the one that caches still hold. */
  readonly #bins = new Array<Link | null>(BINS).fill(null);
  #last: Link | null = null;
  #spare: Link | null = null;
  #end: number;
  #used = 0;
  #peak = 0;
  #count = 0;

  /**
   * @param base first byte that may be handed out; address 0 never is
   * @param ensure makes the memory at least so many bytes long, or throws: state changes only after it returns
   */
  constructor(
    base: number,
    readonly ensure: (end: number) => void,
  ) {
    this.#end = (base + ALIGN - 1) & -ALIGN || ALIGN;
  }

  /** Bytes handed out now. */
  get used(): number {
    return this.#used;
  }

  /** The most bytes ever handed out at once. */
  get peak(): number {
    return this.#peak;
  }

  /** Blocks handed out now. */
  get count(): number {
    return this.#count;
  }

  /** A block with one owner. */
  alloc(bytes: number): Block {
    const size = Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
    const block = this.#take(size) ?? this.#extend(size);
    block.refs = 1;
    this.#count++;
    this.#used += size;
    if (this.#used > this.#peak) this.#peak = this.#used;
    return block;
  }

  /** One owner less; the last one frees it. */
  release(block: Block): void {
    if (block.refs === 0) throw new Error(`release of ${block.start}, which is not allocated`);
    if (--block.refs > 0) return;
    let free = block as Link;
    this.#count--;
    this.#used -= free.size;
    const { before, after } = free;
    if (after?.refs === 0) {
      this.#unbin(after);
      this.#absorb(free, after);
    }
    if (before?.refs === 0) {
      this.#unbin(before);
      this.#absorb(before, free);
      free = before;
    }
    this.#bin(free);
  }

  /** The smallest block that fits, of the first class that has one; the rest of it stays free. */
  #take(size: number): Link | null {
    let best: Link | null = null;
    for (let bin = binOf(size); bin < BINS && !best; bin++)
      for (let b = this.#bins[bin]; b; b = b.older)
        if (b.size >= size && (!best || b.size < best.size)) {
          best = b;
          if (b.size === size) break;
        }
    if (!best) return null;
    this.#unbin(best);
    if (best.size > size) {
      const rest = this.#link(best.start + size, best.size - size, best, best.after);
      best.size = size;
      this.#bin(rest);
    }
    return best;
  }

  /** A block at the end of memory, which takes in the free block that may already lie there. */
  #extend(size: number): Link {
    const last = this.#last;
    if (last?.refs === 0) {
      this.ensure(last.start + size);
      this.#unbin(last);
      last.size = size;
      this.#end = last.start + size;
      return last;
    }
    this.ensure(this.#end + size);
    const block = this.#link(this.#end, size, last, null);
    this.#end += size;
    return block;
  }

  /** A free block between its neighbours in memory, in no class yet. */
  #link(start: number, size: number, before: Link | null, after: Link | null): Link {
    let block = this.#spare;
    if (block) {
      this.#spare = block.after;
      block.start = start;
      block.size = size;
      block.before = before;
      block.after = after;
    } else block = { start, size, refs: 0, before, after, newer: null, older: null };
    if (before) before.after = block;
    if (after) after.before = block;
    else this.#last = block;
    return block;
  }

  /** Merges `next` into `block`, its neighbour below. */
  #absorb(block: Link, next: Link): void {
    block.size += next.size;
    block.after = next.after;
    if (next.after) next.after.before = block;
    else this.#last = block;
    next.before = null;
    next.after = this.#spare;
    this.#spare = next;
  }

  #bin(block: Link): void {
    const bin = binOf(block.size);
    const older = this.#bins[bin];
    block.older = older;
    block.newer = null;
    if (older) older.newer = block;
    this.#bins[bin] = block;
  }

  #unbin(block: Link): void {
    const { newer, older } = block;
    if (newer) newer.older = older;
    else this.#bins[binOf(block.size)] = older;
    if (older) older.newer = newer;
    block.newer = null;
    block.older = null;
  }
}
