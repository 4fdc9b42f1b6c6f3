// Blocks of linear memory: best fit within size classes, split on allocation, merged on release.
// The bookkeeping lives on the JavaScript side, so a kernel that writes astray cannot corrupt it.

interface Block {
  start: number;
  size: number;
  free: boolean;
  before: Block | null;
  after: Block | null;
}

/** Everything is aligned to a cache line. */
export const ALIGN = 64;

const BINS = 32;
const binOf = (size: number): number => 31 - Math.clz32(size >>> 6 || 1);

export class Allocator {
  readonly #bins: Set<Block>[] = Array.from({ length: BINS }, () => new Set());
  readonly #live = new Map<number, Block>();
  #last: Block | null = null;
  #end: number;
  #used = 0;
  #peak = 0;

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
    return this.#live.size;
  }

  alloc(bytes: number): number {
    const size = Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
    const block = this.#take(size) ?? this.#extend(size);
    block.free = false;
    this.#live.set(block.start, block);
    this.#used += block.size;
    if (this.#used > this.#peak) this.#peak = this.#used;
    return block.start;
  }

  release(start: number): void {
    let block = this.#live.get(start);
    if (!block) throw new Error(`release of ${start}, which is not allocated`);
    this.#live.delete(start);
    this.#used -= block.size;
    const { before, after } = block;
    if (after?.free) this.#absorb(block, after);
    if (before?.free) {
      this.#bins[binOf(before.size)].delete(before);
      this.#absorb(before, block, false);
      block = before;
    }
    block.free = true;
    this.#bins[binOf(block.size)].add(block);
  }

  /** The smallest block that fits, of the first class that has one; the rest of it stays free. */
  #take(size: number): Block | null {
    let best: Block | null = null;
    for (let bin = binOf(size); bin < BINS && !best; bin++)
      for (const b of this.#bins[bin]) if (b.size >= size && (!best || b.size < best.size)) best = b;
    if (!best) return null;
    this.#bins[binOf(best.size)].delete(best);
    if (best.size > size) {
      const rest: Block = {
        start: best.start + size,
        size: best.size - size,
        free: true,
        before: best,
        after: best.after,
      };
      if (rest.after) rest.after.before = rest;
      else this.#last = rest;
      best.after = rest;
      best.size = size;
      this.#bins[binOf(rest.size)].add(rest);
    }
    return best;
  }

  /** A block at the end of memory, which takes in the free block that may already lie there. */
  #extend(size: number): Block {
    const last = this.#last;
    if (last?.free) {
      this.ensure(last.start + size);
      this.#bins[binOf(last.size)].delete(last);
      last.size = size;
      this.#end = last.start + size;
      return last;
    }
    this.ensure(this.#end + size);
    const block: Block = { start: this.#end, size, free: false, before: last, after: null };
    if (last) last.after = block;
    this.#last = block;
    this.#end += size;
    return block;
  }

  /** Merges `next` into `block`, its neighbour below. */
  #absorb(block: Block, next: Block, binned = true): void {
    if (binned) this.#bins[binOf(next.size)].delete(next);
    block.size += next.size;
    block.after = next.after;
    if (next.after) next.after.before = block;
    else this.#last = block;
  }
}
