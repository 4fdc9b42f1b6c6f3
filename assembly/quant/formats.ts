// The formats by number: q8 (layout.ts), and those in groups of 32, q8_0 (q8_0/layout.ts), q4 (layout4.ts) and q4_1
// (q4_1/layout.ts), with what their blocks and records take.
import { BLOCK4, groups, recordBytes, SCALES4 } from './layout4';
import { BLOCK4_1, HEAD4_1 } from './q4_1/layout';
import { BLOCK8, RECORD8 } from './q8_0/layout';

/** In the order of QUANTIZED_DTYPES in src/ops/panel-matrix.ts. */
export const enum Format {
  q8 = 0,
  q8_0 = 1,
  q4 = 2,
  q4_1 = 3,
}

/** Bytes of a block: NR channels of a group. */
@inline
export function blockBytes(format: i32): usize {
  return format == Format.q4 ? BLOCK4 : format == Format.q4_1 ? BLOCK4_1 : BLOCK8;
}

/** Bytes before its weights. */
@inline
export function headBytes(format: i32): usize {
  return format == Format.q4_1 ? HEAD4_1 : SCALES4;
}

/** Where a panel starts. */
@inline
export function blocksOf(format: i32, wp: usize, panel: i32, K: i32): usize {
  return wp + <usize>panel * <usize>groups(K) * blockBytes(format);
}

/** Bytes from one row of activations to the next. */
@inline
export function recordsBytes(format: i32, K: i32): usize {
  return <usize>groups(K) * (format == Format.q8_0 ? RECORD8 : recordBytes());
}
