// Packed int8 weights: panels of NR output channels, each one sequential stream of rows, a row four k of all channels
// (lanes/quads.ts), then what turns their integers into numbers.
//
//    channel →  0       1            15
//    row 0    k 0..3 | k 0..3 | … | k 0..3     4 bytes each: 64 bytes a row
//    row 1    k 4..7 | …                       weight (n, k) is at row k / 4, byte (n % NR) 4 + k % 4
//     …       padded with zeros to whole rows and whole panels
//    scales   16 f32: weight = scale q, q in -127..127
//    sums     16 i32: sum over k of q, for the zero point of the activations
//
// Quantised activations: rows of a header of 16 bytes (scale f32, zero i32, the sums' excess i32, unused) and the
// values, q in 0..127 with x = scale (q - zero), as dotQuads takes them.  Only this folder reads either form: it
// differs between the variants, the numbers do not.
import { NR } from '../gemm/layout';
import { activationBytes } from '../lanes/dot';
import { QUAD, QUAD_STEPS } from '../lanes/quads';

/** Bytes of a row of a panel. */
export const ROW: usize = <usize>(NR * QUAD);

/** Bytes of activations to a row of a panel. */
export const QUAD_BYTES: usize = 4 * <usize>QUAD_STEPS;

/** Bytes of a step as a tile takes it: a vector for every four channels. */
export const WIDE_ROW: usize = 64;

/** Bytes of a panel's scales, and of its sums. */
export const SCALES: usize = 64;
export const SUMS: usize = 64;

/** Bytes before the values of a row of activations. */
export const HEADER: usize = 16;

/** Rows of a panel. */
@inline
export function quads(K: i32): i32 {
  return (K + QUAD - 1) / QUAD;
}

/** Where a panel starts. */
@inline
export function panelOf(wp: usize, panel: i32, K: i32): usize {
  return wp + <usize>panel * (<usize>quads(K) * ROW + SCALES + SUMS);
}

/** Where its scales start. */
@inline
export function scalesOf(panel: usize, K: i32): usize {
  return panel + <usize>quads(K) * ROW;
}

/** Bytes from one row of activations to the next. */
@inline
export function rowBytes(K: i32): usize {
  return HEADER + activationBytes((K + 15) & ~15);
}
