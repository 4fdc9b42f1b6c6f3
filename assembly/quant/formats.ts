// The formats in groups of 32 by number, and what their blocks and records take: q4 (layout4.ts), q4_1
// (q4_1/layout.ts) and q8_0 (q8_0/layout.ts).
import { panels } from '../gemm/layout';
import { BLOCK4, groups, recordBytes, SCALES4 } from './layout4';
import { BLOCK4_1, HEAD4_1 } from './q4_1/layout';
import { BLOCK8, RECORD8 } from './q8_0/layout';

export const enum Format {
  q4 = 0,
  q4_1 = 1,
  q8_0 = 2,
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

/** Bytes of a packed (N, K) weight. */
export function gemm_q4_packed_size(N: i32, K: i32): usize {
  return blocksOf(Format.q4, 0, panels(N), K);
}

export function gemm_q4_1_packed_size(N: i32, K: i32): usize {
  return blocksOf(Format.q4_1, 0, panels(N), K);
}

export function gemm_q8_0_packed_size(N: i32, K: i32): usize {
  return blocksOf(Format.q8_0, 0, panels(N), K);
}

/** Bytes of M quantised rows of K activations. */
export function gemm_q4_rows_size(M: i32, K: i32): usize {
  return <usize>M * recordsBytes(Format.q4, K);
}

export function gemm_q4_1_rows_size(M: i32, K: i32): usize {
  return gemm_q4_rows_size(M, K);
}

export function gemm_q8_0_rows_size(M: i32, K: i32): usize {
  return <usize>M * recordsBytes(Format.q8_0, K);
}
