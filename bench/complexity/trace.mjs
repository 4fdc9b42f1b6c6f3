/**
 * Watches an engine's kernels at work: which call waits for which other, found from what each one writes.
 *
 * Around every call the whole memory is compared, so what a call writes is seen and not declared. What it reads are
 * the blocks behind its other pointers; a pointer whose first word the call changed is an output, unless it was
 * given twice. So each word of memory knows how long the chain of calls is that its value has waited for.
 *
 * A second trace can follow the first: the same calls on another engine whose input is NaN at one position. A NaN
 * spreads to exactly what is computed from it, so the chain of calls that wrote one is the path of the influence.
 */

/**
 * @typedef {{ name: string, writes: Uint32Array, reads: [first: number, end: number][] }} Step words, not bytes
 * @typedef {import('../../src/generated/kernels.js').Kernels} Kernels
 */

export class Trace {
  /** @type {(Step | null)[]} every call; null for one that wrote nothing */
  calls = [];
  /** @type {Kernels} the kernels to give to the arena */
  kernels;
  /** Chain length by word. */
  #depth = new Uint32Array(0);
  /** @type {Map<number, number>} first word of each block to its end */
  #blocks = new Map();
  #recording = false;

  /**
   * @param {WebAssembly.Memory} memory
   * @param {Kernels} kernels
   * @param {Trace} [leader] the trace of the same calls without a NaN
   */
  constructor(memory, kernels, leader) {
    this.memory = memory;
    this.leader = leader;
    const wrap = (name, kernel) => [
      name,
      (...args) => (this.#recording ? this.#watch(name, kernel, args) : kernel(...args)),
    ];
    const all = Object.entries(kernels).filter(([, kernel]) => typeof kernel === 'function');
    this.kernels = Object.fromEntries(all.map(([name, kernel]) => wrap(name, kernel)));
    this.base = kernels.heap_base();
  }

  /**
   * Learns of every block the arena hands out, and fills it with what no kernel would write there: a result that
   * happens to be the one an earlier call left behind would not be seen.
   * @param {Pick<import('../../src/tensor/arena.js').Arena, 'alloc' | 'scratch'>} arena
   */
  follow(arena) {
    const alloc = arena.alloc.bind(arena);
    const scratch = arena.scratch.bind(arena);
    const spoil = (p, bytes) => {
      new Uint8Array(this.memory.buffer).fill(0x7e, p, p + bytes);
      return p;
    };
    arena.alloc = (bytes) => {
      const block = alloc(bytes);
      const p = spoil(block.start, bytes);
      const [start, end] = [p >> 2, (p + bytes + 3) >> 2];
      for (const [first, last] of this.#blocks) if (first < end && last > start) this.#blocks.delete(first);
      this.#blocks.set(start, end);
      this.#depth.fill(0, start, end);
      return block;
    };
    arena.scratch = (bytes) => spoil(scratch(bytes), bytes);
  }

  /** Runs `body` and records what it calls. @template T @param {() => T} body @returns {T} */
  record(body) {
    this.#recording = true;
    try {
      return body();
    } finally {
      this.#recording = false;
    }
  }

  /** The longest chain of calls that one of these addresses has waited for. @param {readonly number[]} addresses */
  depthOf(addresses) {
    return Math.max(0, ...addresses.map((p) => this.#depth[p >> 2] ?? 0));
  }

  /** How many calls have written something. */
  get steps() {
    return this.calls.filter((step) => step !== null).length;
  }

  /** The longest chain of all. */
  get longest() {
    return this.#depth.reduce((a, b) => Math.max(a, b), 0);
  }

  /** @param {string} name @param {Function} kernel @param {number[]} args */
  #watch(name, kernel, args) {
    const before = this.leader ? null : new Uint32Array(this.memory.buffer).slice();
    const result = kernel(...args);
    const step = before ? this.#compare(name, before, args) : (this.leader?.calls[this.calls.length] ?? null);
    if (step && step.name !== name) throw new Error(`the traces part: ${step.name} and ${name}`);
    this.calls.push(step);
    if (step) this.#deepen(step);
    return result;
  }

  /** What a call has done; null if it wrote nothing. @returns {Step | null} */
  #compare(name, before, args) {
    const after = new Uint32Array(this.memory.buffer);
    const writes = [];
    for (let i = this.base >> 2; i < before.length; i++) if (before[i] !== after[i]) writes.push(i);
    if (writes.length === 0) return null;
    const pointers = args.map((p) => p >> 2).filter((p) => this.#endOf(p) > 0);
    const written = new Set(writes);
    const reads = pointers
      .filter((p) => !written.has(p) || pointers.indexOf(p) !== pointers.lastIndexOf(p))
      .map((p) => /** @type {[number, number]} */ ([p, this.#endOf(p)]));
    return { name, writes: Uint32Array.from(writes), reads };
  }

  /** The end of the block that holds word p; 0 if none does, and p was no pointer. */
  #endOf(p) {
    for (const [start, end] of this.#blocks) if (p >= start && p < end) return end;
    return 0;
  }

  /** One longer than the longest chain among what it read; with a leader, where it wrote a NaN. @param {Step} step */
  #deepen({ writes, reads }) {
    const words = this.memory.buffer.byteLength >> 2;
    if (this.#depth.length < words) {
      const wider = new Uint32Array(words);
      wider.set(this.#depth);
      this.#depth = wider;
    }
    let depth = 0;
    for (const [first, end] of reads)
      for (let i = first; i < end; i++) depth = Math.max(depth, this.#depth[i]);
    const values = new Float32Array(this.memory.buffer);
    for (const i of writes) this.#depth[i] = this.leader && !Number.isNaN(values[i]) ? 0 : depth + 1;
  }
}
