// Packed B: panels of NR columns, each panel K rows of NR floats, one sequential stream.
//
//        n →  0  1 … 15 │ 16 … 31 │ 32 … N-1 0 0          element (k, n) is at
//   k  0      0  1 … 15 │                                   (n / NR) K NR + k NR + n % NR
//   ↓  1     16 17 … 31 │ panel 1 │ panel 2, padded
//      K-1        …     │         │ with zeros to NR      one row of a panel = one cache line
//
// Every kernel of this folder takes B in this form only.
export const NR: i32 = 16;

/** Bytes of a row of a panel. */
export const ROW: usize = 64;

/** Such a row: what sums start from. */
export const ZERO = memory.data(64, 16);

/** Panels that cover N columns. */
@inline
export function panels(N: i32): i32 {
  return (N + NR - 1) / NR;
}

/** Bytes of a panel. */
@inline
export function panelBytes(K: i32): usize {
  return <usize>K * ROW;
}

/** Columns of a panel, for tests and for callers that split work. */
export function gemm_f32_nr(): i32 {
  return NR;
}

/** Floats that a packed (K, N) matrix occupies. */
export function gemm_f32_packed_size(K: i32, N: i32): i32 {
  return panels(N) * K * NR;
}

/** Where a panel starts. */
@inline
export function panelOf(bp: usize, panel: i32, K: i32): usize {
  return bp + <usize>panel * panelBytes(K);
}
