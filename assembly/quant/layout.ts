// Packed int8 weights: panels of NR output channels, each one sequential stream of rows, a row one step of k
// (lanes/dot.ts: STEP = 2 or 4 values) of all channels, then what turns their integers into numbers.
//
//    channel →   0          1               15
//    row 0    k 0..S-1 | k 0..S-1 | … | k 0..S-1     S = STEP bytes each: NR STEP bytes a row
//    row 1    k S..2S-1 | …                          weight (n, k) is at row k / S, byte (n % NR) S + k % S
//     …       padded with zeros to whole steps and whole panels
//    scales   16 f32: weight = scale q, q in -127..127
//    sums     16 i32: sum over k of q, for the zero point of the activations
//
// Quantised activations: rows of a header of 16 bytes (scale f32, zero i32, unused) and the values, q in 0..127
// with x = scale (q - zero), as dotStep takes them.  Only this folder reads either form: it differs
// between the variants, the numbers do not.
import { NR, panels } from '../gemm/layout';
import { activationBytes, STEP } from '../lanes/dot';

/** Bytes of a row of a panel. */
export const ROW: usize = <usize>(NR * STEP);

/** Bytes of a row as the tile takes it: a vector for every four channels. */
export const WIDE_ROW: usize = 64;

/** Bytes of a panel's scales, and of its sums. */
export const SCALES: usize = 64;
export const SUMS: usize = 64;

/** Bytes before the values of a row of activations. */
export const HEADER: usize = 16;

/** Rows of a panel. */
@inline
export function steps(K: i32): i32 {
  return (K + STEP - 1) / STEP;
}

/** Where a panel starts. */
@inline
export function panelOf(wp: usize, panel: i32, K: i32): usize {
  return wp + <usize>panel * (<usize>steps(K) * ROW + SCALES + SUMS);
}

/** Where its scales start. */
@inline
export function scalesOf(panel: usize, K: i32): usize {
  return panel + <usize>steps(K) * ROW;
}

/** Bytes from one row of activations to the next. */
@inline
export function rowBytes(K: i32): usize {
  return HEADER + activationBytes((K + 15) & ~15);
}

/** Bytes of a packed (N, K) weight. */
export function gemm_q8_packed_size(N: i32, K: i32): usize {
  return panelOf(0, panels(N), K);
}

/** Bytes of M quantised rows of K activations. */
export function gemm_q8_rows_size(M: i32, K: i32): usize {
  return <usize>M * rowBytes(K);
}
