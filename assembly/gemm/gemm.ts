// gemm_f32: C[m,n] = act(sum_k A[m,k] B[k,n] + bias[n]) + residual[m,n]
//
// c: (M, N) f32, row stride cm · a: (M, K), element (m, k) at a + m am + k ak · bp: (K, N) packed, see
// layout.ts · bias: (N) or 0 · residual: (M, N), row stride rm, or 0 · act: activation/kind.ts.
// Range: panels of NR columns.  residual may be c (a gradient that accumulates); nothing else may overlap
// c, whose former content is read only if it is the residual.  Fastest where ak = 1 and the residual is not c.
// Every element is one chain s = madd(A[m,k], B[k,n], s) over k = 0..K-1 from s = 0, whatever M, N and
// the tile it falls into: row m of a large product has the bits of the same row computed alone.
// Error before the activation: |C - exact| <= (K + 1) eps/2 (sum_k |A||B| + |bias|), to first order.
import { NR, panelOf, panels, ROW } from './layout';
import { anyPanel } from './rows';
import { onePanel } from './strip';

// A block of A of so many floats stays in the cache while all panels pass by.
const BLOCK: i32 = 1 << 18;

export function gemm_f32(
  c: usize, a: usize, bp: usize, bias: usize, residual: usize, M: i32, N: i32, K: i32,
  am: i32, ak: i32, cm: i32, rm: i32, act: i32, begin: i32, end: i32,
): void {
  const a1 = <usize>am << 2;
  const c1 = <usize>cm << 2;
  const r1 = <usize>rm << 2;
  const blocks = M / max(BLOCK / max(K, 1), 16) + 1;
  const step = (M + blocks - 1) / blocks;
  const fast = K > 0 && ak == 1 && residual != c;
  const whole = min(end, N / NR);
  for (let m = 0; m < M; m += step) {
    const rows = min(M - m, step);
    const aM = a + <usize>m * a1;
    for (let panel = begin; panel < end; panel++) {
      const b = panelOf(bp, panel, K);
      const at = <usize>panel * ROW;
      const cM = c + <usize>m * c1 + at;
      const biasN = bias ? bias + at : 0;
      const rM = residual ? residual + <usize>m * r1 + at : 0;
      if (fast && panel < whole) onePanel(cM, c1, aM, a1, b, rows, K, biasN, rM, r1, act);
      else anyPanel(cM, c1, aM, a1, <usize>ak << 2, b, rows, K, biasN, rM, r1, act, min(N - panel * NR, NR));
    }
  }
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
