// gemm_f32_gather_rows: y[i] = row ids[i] of the (N, K) matrix whose packed form bp is, i.e. column
// ids[i] of the packed (K, N).  For tied embeddings, where one packed copy serves lookup and logits.
// y: (rows, K) f32 dense, ids: (rows) i32 in [0, N), not checked here.  Range: rows.
import { NR, panelOf } from './layout';

export function gemm_f32_gather_rows(y: usize, bp: usize, ids: usize, K: i32, N: i32, begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    const n = load<i32>(ids + (<usize>i << 2));
    let from = panelOf(bp, n / NR, K) + (<usize>(n % NR) << 2);
    let to = y + ((<usize>i * <usize>K) << 2);
    for (let k = 0; k < K; k++) {
      store<f32>(to, load<f32>(from));
      from += NR << 2;
      to += 4;
    }
  }
}
