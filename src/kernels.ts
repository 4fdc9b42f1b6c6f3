// The TypeScript face of assembly/index.ts.  Everything above this line of the house sees the module
// only as this interface: plain functions of numbers (pointers are byte addresses in the arena's
// memory, sizes are in elements).  The interface itself is written by the build from the module's own
// export list, so the two cannot drift apart; the doc comment of each kernel is in assembly/.
export type { Kernels } from './generated/kernels.js';

/** The builds of the one source: `simd` gives the same bits everywhere, `relaxed` lets the host fuse. */
export type Variant = 'simd' | 'relaxed';

/** The files in build/: each variant as it is, and over memory that threads share. */
export type Build = Variant | 'threads' | 'relaxed-threads';
