// gemm_f32: C[m,n] = act(sum_k A[m,k] B[k,n] + bias[n]) + residual[m,n]
//
// c: (M, N) f32, row stride cm · a: (M, K), element (m, k) at a + m am + k ak · bp: (K, N) packed, see
// layout.ts · bias: (N) or 0 · residual: (M, N), row stride rm, or 0 · act: activation/kind.ts.
// Range: panels of NR columns.  residual may be c; nothing else may overlap c.  c is not read unless
// it is the residual.
// Every element is one chain s = madd(A[m,k], B[k,n], s) over k = 0..K-1 from s = 0, whatever M, N and
// the tile it falls into: row m of a large product has the bits of the same row computed alone.
// Error before the activation: |C - exact| <= (K + 1) eps/2 (sum_k |A||B| + |bias|), to first order.
import { NR, panelOf, panels } from './layout';
import { tile1, tile2 } from './tile';

export function gemm_f32(
  c: usize, a: usize, bp: usize, bias: usize, residual: usize, M: i32, N: i32, K: i32,
  am: i32, ak: i32, cm: i32, rm: i32, act: i32, begin: i32, end: i32,
): void {
  const a1 = <usize>am << 2;
  const k1 = <usize>ak << 2;
  const c1 = <usize>cm << 2;
  const r1 = <usize>rm << 2;
  for (let panel = begin; panel < end; panel++) {
    const n = panel * NR;
    const columns = min(N - n, NR);
    const b = panelOf(bp, panel, K);
    const biasN = bias ? bias + (<usize>n << 2) : 0;
    let cMN = c + (<usize>n << 2);
    let rMN = residual ? residual + (<usize>n << 2) : 0;
    let aM = a;
    let m = 0;
    for (; m + 2 <= M; m += 2) {
      tile2(cMN, c1, aM, a1, k1, b, K, biasN, rMN, r1, act, columns);
      cMN += 2 * c1;
      if (residual) rMN += 2 * r1;
      aM += 2 * a1;
    }
    if (m < M) tile1(cMN, aM, k1, b, K, biasN, rMN, act, columns);
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
