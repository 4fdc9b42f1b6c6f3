// A counted block of the arena: views of the same numbers share it, the last one gives it back.
import type { Arena } from './arena.js';

export class Storage {
  #refs = 1;
  readonly ptr: number;

  constructor(
    readonly arena: Arena,
    readonly bytes: number,
  ) {
    this.ptr = arena.alloc(bytes);
  }

  retain(): this {
    this.#refs++;
    return this;
  }

  release(): void {
    if (--this.#refs === 0) this.arena.release(this.ptr);
  }
}
