// The TypeScript face of assembly/index.ts.  Everything above this line of the house sees the module
// only as this interface: plain functions of numbers (pointers are byte addresses in the arena's
// memory, sizes are in elements).  The interface itself is written by the build from the module's own
// export list, so the two cannot drift apart; the doc comment of each kernel is in assembly/.
export type { Kernels } from './generated/kernels.js';

/** What may differ in the numbers: `simd` gives the same bits everywhere, `relaxed` lets the host fuse. */
export type Variant = 'simd' | 'relaxed';

/**
 * The files in build/: each build of the one source as it is, and over memory that threads share.  `dot` is the variant
 * `simd` too: it multiplies integers by an instruction of relaxed SIMD, whose results leave the host no choice as we
 * use it, in half as many operations for weights in 8 and 4 bits.
 */
export type Build = 'simd' | 'dot' | 'relaxed' | 'threads' | 'dot-threads' | 'relaxed-threads';

/** Those that give the numbers of the variant `simd`. */
export type ExactBuild = Exclude<Build, 'relaxed' | 'relaxed-threads'>;

export const isExact = (build: Build): build is ExactBuild => !build.startsWith('relaxed');
