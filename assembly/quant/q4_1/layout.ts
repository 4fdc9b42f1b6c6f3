// Packed int4 weights with a minimum for every group, the block of GGUF's q4_1: that of q4 (layout4.ts) with 32
// bytes more.  Panels of NR output channels, each a sequential stream of blocks, a block a group of 32 k:
//
//    32 bytes    16 bf16: the scales, in the order of layout4.ts; weight = scale q + minimum, q in 0..15
//    32 bytes    16 bf16: the minima times -1/8, likewise: a record of activations has -8 times the sum they go with
//   256 bytes    for every 8 k, for every 4 channels, a vector of 16 bytes (lanes/nibbles.ts)
//
// 320 bytes for 512 weights: 5 bits each.  What lies beyond K or N is 0 throughout.
// Quantised activations are those of q4.
import { BLOCK4, SCALES4 } from '../layout4';

/** Bytes of the minima of a block, and of all of it. */
export const MINIMA: usize = 32;
export const BLOCK4_1: usize = BLOCK4 + MINIMA;

/** Bytes of what comes before the weights. */
export const HEAD4_1: usize = SCALES4 + MINIMA;
