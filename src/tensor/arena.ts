// The arena owns the linear memory and knows the kernels that work on it.  A tensor knows its arena,
// so an op needs no engine and no global, and one test body takes an arena of any variant.
import { DisposedError, OutOfMemoryError } from '../errors.js';
import type { Kernels, Variant } from '../kernels.js';
import { Allocator, type Block } from './allocator.js';
import { Generator } from './generator.js';
import { Scopes } from './scope.js';

const PAGE = 65536;

/** How much memory an engine holds. */
export interface MemoryStats {
  /** bytes held by tensors and packed weights now */
  readonly used: number;
  /** the most bytes ever held at once */
  readonly peak: number;
  /** bytes of linear memory, which never shrinks before dispose() */
  readonly reserved: number;
  /** bytes that linear memory may grow to */
  readonly limit: number;
  /** blocks held now */
  readonly blocks: number;
}

/** Memory and the kernels that work on it: where tensors live.  An engine has one. */
export class Arena {
  /** Whether ops record what a backward pass needs (see tape.ts). */
  gradEnabled = true;
  /** How often a parameter's values have come, gone or moved: until it changes, addresses of parameters hold. */
  moves = 0;
  /** Where initial weights and dropout draw from unless told otherwise; seeded with 0. */
  readonly generator = new Generator();
  readonly scopes = new Scopes();
  /** Columns of a panel, the unit in which matrices are laid out for products (assembly/gemm/layout.ts). */
  readonly panelWidth: number;
  readonly #memory: WebAssembly.Memory;
  readonly #maxBytes: number;
  readonly #allocator: Allocator;
  #kernels: Kernels | null;
  #scratch: Block | null = null;
  #u8: Uint8Array = new Uint8Array();

  constructor(
    memory: WebAssembly.Memory,
    kernels: Kernels,
    readonly variant: Variant,
    maxPages: number,
    /** that the kernels are spread over */
    readonly threads = 1,
  ) {
    this.#memory = memory;
    this.#kernels = kernels;
    this.#maxBytes = maxPages * PAGE;
    this.panelWidth = kernels.gemm_f32_nr();
    this.#allocator = new Allocator(kernels.heap_base(), (end) => this.#grow(end));
  }

  /** @throws DisposedError after dispose() */
  get kernels(): Kernels {
    if (!this.#kernels) throw new DisposedError('the engine of this tensor has been disposed');
    return this.#kernels;
  }

  get disposed(): boolean {
    return this.#kernels === null;
  }

  /** The buffer behind all tensors.  Never keep it: it changes whenever memory grows. */
  get buffer(): ArrayBufferLike {
    return this.#memory.buffer;
  }

  /** All memory as bytes.  Never keep it across an allocation. */
  get u8(): Uint8Array {
    if (this.#u8.buffer !== this.buffer) this.#u8 = new Uint8Array(this.buffer);
    return this.#u8;
  }

  get stats(): MemoryStats {
    const { used, peak, count } = this.#allocator;
    return { used, peak, reserved: this.#memory.buffer.byteLength, limit: this.#maxBytes, blocks: count };
  }

  /**
   * A block of at least `bytes` bytes on a 64-byte boundary, with whatever was there before.  It has one owner;
   * whoever else wants to share it adds to its `refs`, and each gives it back.
   * @throws OutOfMemoryError
   */
  alloc(bytes: number): Block {
    if (this.#kernels === null) throw new DisposedError('the engine has been disposed');
    return this.#allocator.alloc(bytes);
  }

  /** Gives a block back, for one owner.  After dispose() there is nothing to give back. */
  release(block: Block): void {
    if (this.#kernels !== null) this.#allocator.release(block);
  }

  /** Working memory for one kernel call; the next call of scratch() may hand out the same bytes. */
  scratch(bytes: number): number {
    if (this.#scratch && bytes <= this.#scratch.size) return this.#scratch.start;
    if (this.#scratch) this.#allocator.release(this.#scratch);
    this.#scratch = null;
    this.#scratch = this.alloc(bytes);
    return this.#scratch.start;
  }

  /**
   * Runs `body` and disposes every tensor made in it that is not part of its result (a tensor, or arrays
   * and plain objects of tensors) and was not kept with `keep()`.
   */
  scope<T>(body: () => T): T {
    return this.scopes.run(body);
  }

  /** Drops memory and kernels; every tensor of this arena is dead from here on.  Idempotent. */
  dispose(): void {
    this.#kernels = null;
    this.#u8 = new Uint8Array();
  }

  #grow(end: number): void {
    const have = this.#memory.buffer.byteLength;
    if (end <= have) return;
    if (end > this.#maxBytes) throw this.#outOfMemory(end - have);
    // An eighth more than asked for, so that many small tensors do not grow it one page at a time.
    const want = Math.min(this.#maxBytes, Math.max(end, have + have / 8));
    try {
      this.#memory.grow(Math.ceil((want - have) / PAGE));
    } catch {
      try {
        this.#memory.grow(Math.ceil((end - have) / PAGE));
      } catch (cause) {
        throw this.#outOfMemory(end - have, cause);
      }
    }
  }

  #outOfMemory(bytes: number, cause?: unknown): OutOfMemoryError {
    const { used, reserved } = this.stats;
    return new OutOfMemoryError(
      `out of memory: ${bytes} bytes more are needed, ${used} are in use, ${reserved} reserved, the limit is ${this.#maxBytes}`,
      bytes,
      this.#maxBytes,
      { cause },
    );
  }
}
