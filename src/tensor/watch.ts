// Handles outside every scope that are forgotten instead of disposed: the garbage collector gives back what they own.
import type { Block } from './allocator.js';
import type { Arena } from './arena.js';
import type { Variable } from './tape.js';

/** What a handle owns beside itself: a share of some memory, and of the identity that gradients are counted by. */
export interface Lost {
  readonly arena: Arena;
  readonly block: Block;
  variable: Variable | null;
}

// Made when the first one is.
let forgotten: FinalizationRegistry<Lost> | undefined;

/** Releases what `handle` owns when it is lost, unless it is told otherwise before. */
export function watch(handle: object, owned: Lost): Lost {
  forgotten ??= new FinalizationRegistry(({ arena, block, variable }) => {
    variable?.release();
    arena.release(block);
  });
  forgotten.register(handle, owned, owned);
  return owned;
}

export function unwatch(owned: Lost): void {
  forgotten?.unregister(owned);
}
