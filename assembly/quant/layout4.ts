// Packed int4 weights: panels of NR output channels, each a sequential stream of blocks, a block a group of 32 k:
//
//    32 bytes    16 bf16: the scales, in the order 0 4 1 5 2 6 3 7, 8 12 9 13 …; weight = scale (q - 8), q in 0..15
//   256 bytes    for every 8 k, for every 4 channels, a vector of 16 bytes (lanes/nibbles.ts)
//
// 288 bytes for 512 weights: 4.5 bits each.  bf16 because it becomes f32 by a shift, where f16 takes as long as a
// third of the products; 2^-9 of a scale is nothing beside half a step of 4 bits.  What lies beyond K or N is 8, which stands for zero.
// Quantised activations: a record a group: scale / FACTOR f32, -8 FACTOR sum q i32, then 32 values q in -127..127.
// FACTOR, a power of two, is what the default variant's sums are multiplied by (lanes/nibbles.ts).
import { activationBytes, STEP } from '../lanes/dot';

/** Values of k that share a scale. */
export const GROUP: i32 = 32;

/** Bytes of the scales of a block, of 8 k of it, and of all. */
export const SCALES4: usize = 32;
export const UNIT: usize = 64;
export const BLOCK4: usize = SCALES4 + 4 * UNIT;

/** Bytes from a block to the scale of a channel. */
@inline
export function scaleOf(n: i32): usize {
  return <usize>((n & 8) << 1 | (n & 3) << 2 | (n & 4) >> 1);
}

/** Steps of a group. */
export const STEPS4: i32 = GROUP / STEP;

/** Bytes before the values of a record. */
export const HEAD4: usize = 8;

/** Bytes of a record. */
@inline
export function recordBytes(): usize {
  return HEAD4 + activationBytes(GROUP);
}

@inline
export function groups(K: i32): i32 {
  return (K + GROUP - 1) / GROUP;
}
