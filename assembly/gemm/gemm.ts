// gemm_f32: C[m,n] = act(sum_k A[m,k] B[k,n] + bias[n]) + residual[m,n]
//
// c: (M, N) f32, row stride cm · a: (M, K), element (m, k) at a + m am + k ak · bp: (K, N) packed, see
// layout.ts · bias: (N) or 0 · residual: (M, N), row stride rm, or 0 · act: activation/kind.ts.
// Range: panels of NR columns.  residual may be c; nothing else may overlap c.  c is not read unless
// it is the residual.
// Every element is one chain s = madd(A[m,k], B[k,n], s) over k = 0..K-1 from s = 0, whatever M, N and
// the tile it falls into: row m of a large product has the bits of the same row computed alone.
// Error before the activation: |C - exact| <= (K + 1) eps/2 (sum_k |A||B| + |bias|), to first order.
import { NONE } from '../activation/kind';
import { finishStrip } from './finish';
import { NR, panelOf, panels } from './layout';
import { rows1, rows2 } from './rows';
import { tile2 } from './tile';

// A block of A of so many floats stays in the second-level cache (1 MB and up) while all panels pass by.
const BLOCK: i32 = 1 << 17;

export function gemm_f32(
  c: usize, a: usize, bp: usize, bias: usize, residual: usize, M: i32, N: i32, K: i32,
  am: i32, ak: i32, cm: i32, rm: i32, act: i32, begin: i32, end: i32,
): void {
  const a1 = <usize>am << 2;
  const c1 = <usize>cm << 2;
  const r1 = <usize>rm << 2;
  const blocks = M / max(BLOCK / max(K, 1), 16) + 1;
  const step = ((M + blocks - 1) / blocks + 1) & ~1;
  for (let m = 0; m < M; m += step) {
    const cM = c + <usize>m * c1;
    const aM = a + <usize>m * a1;
    const rM = residual + <usize>m * r1;
    for (let panel = begin; panel < end; panel++) {
      const n = panel * NR;
      const at = <usize>n << 2;
      strip(
        cM + at, c1, aM, a1, <usize>ak << 2, panelOf(bp, panel, K), min(M - m, step), K,
        bias ? bias + at : 0, residual ? rM + at : 0, r1, act, min(N - n, NR),
      );
    }
  }
}

/** One panel against a block of rows. */
function strip(
  c: usize, c1: usize, a: usize, a1: usize, ak: usize, b: usize, rows: i32, K: i32,
  bias: usize, residual: usize, r1: usize, act: i32, columns: i32,
): void {
  if (rows > 1 && K > 0 && ak == 4 && columns == NR && residual != c) {
    for (let m = 0; m + 1 < rows; m += 2) tile2(c + <usize>m * c1, c1, a + <usize>m * a1, a1, b, K);
    // An odd last row goes with its predecessor, whose sums come out once more with the same bits.
    if (rows & 1) tile2(c + <usize>(rows - 2) * c1, c1, a + <usize>(rows - 2) * a1, a1, b, K);
    if (bias || residual || act != NONE) finishStrip(c, c1, rows, bias, residual, r1, act);
    return;
  }
  let m = 0;
  for (; m + 2 <= rows; m += 2) {
    rows2(c, c1, a, a1, ak, b, K, bias, residual, r1, act, columns);
    c += 2 * c1;
    a += 2 * a1;
    if (residual) residual += 2 * r1;
  }
  if (m < rows) rows1(c, a, ak, b, K, bias, residual, act, columns);
}

// gemm_f32_batched: gemm_f32 for `batch` products whose operands lie cb, ab, bb, rb elements apart (0 =
// shared).  bias is shared.  Range: batch index * panels(N) + panel.
export function gemm_f32_batched(
  c: usize, a: usize, bp: usize, bias: usize, residual: usize, M: i32, N: i32, K: i32,
  am: i32, ak: i32, cm: i32, rm: i32, act: i32, cb: i32, ab: i32, bb: i32, rb: i32, begin: i32, end: i32,
): void {
  const P = panels(N);
  for (let i = begin; i < end; ) {
    const batch = <usize>(i / P);
    const first = i % P;
    const last = min(P, first + end - i);
    gemm_f32(
      c + ((batch * <usize>cb) << 2), a + ((batch * <usize>ab) << 2), bp + ((batch * <usize>bb) << 2), bias,
      residual ? residual + ((batch * <usize>rb) << 2) : 0, M, N, K, am, ak, cm, rm, act, first, last,
    );
    i += last - first;
  }
}
