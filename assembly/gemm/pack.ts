// gemm_f32_pack: bp = B in panels (see layout.ts).  bp: packed, b: (K, N) f32 with element (k, n) at
// b + k bk + n bn, so a PyTorch weight (N, K) has bk = 1, bn = K and a plain (K, N) has bk = N, bn = 1.
// gemm_f32_unpack: the inverse.  Range: panels.  No aliasing.
import { storeColumns } from '../lanes/transpose';
import { NR, panelBytes, panelOf, ROW } from './layout';

export function gemm_f32_pack(bp: usize, b: usize, K: i32, N: i32, bk: i32, bn: i32, begin: i32, end: i32): void {
  const k1 = (<usize>bk) << 2;
  const n1 = (<usize>bn) << 2;
  for (let panel = begin; panel < end; panel++) {
    const y = panelOf(bp, panel, K);
    const x = b + <usize>(panel * NR) * n1;
    const columns = min(N - panel * NR, NR);
    let k = 0;
    if (columns == NR && bn == 1) {
      // Several panels in one pass, so that memory is read in longer runs.
      const count = min(min(end, N / NR) - panel, 8);
      for (let p = 0; p < K; p++) copyPanels(y + <usize>p * ROW, panelBytes(K), x + <usize>p * k1, ROW, count);
      panel += count - 1;
      k = K;
    } else if (columns == NR && bk == 1) {
      for (; k < (K & ~3); k += 4) {
        for (let n: usize = 0; n < <usize>NR; n += 4) {
          transpose(y + <usize>k * ROW + (n << 2), ROW, x + n * n1 + (<usize>k << 2), n1);
        }
      }
    }
    for (; k < K; k++) packRow(y + <usize>k * ROW, x + <usize>k * k1, columns, n1);
  }
}

export function gemm_f32_unpack(b: usize, bp: usize, K: i32, N: i32, bk: i32, bn: i32, begin: i32, end: i32): void {
  const k1 = (<usize>bk) << 2;
  const n1 = (<usize>bn) << 2;
  for (let panel = begin; panel < end; panel++) {
    const x = panelOf(bp, panel, K);
    const y = b + <usize>(panel * NR) * n1;
    const columns = min(N - panel * NR, NR);
    let k = 0;
    if (columns == NR && bn == 1) {
      const count = min(min(end, N / NR) - panel, 8);
      for (let p = 0; p < K; p++) copyPanels(y + <usize>p * k1, ROW, x + <usize>p * ROW, panelBytes(K), count);
      panel += count - 1;
      k = K;
    } else if (columns == NR && bk == 1) {
      for (; k < (K & ~3); k += 4) {
        for (let n: usize = 0; n < <usize>NR; n += 4) {
          transpose(y + n * n1 + (<usize>k << 2), n1, x + <usize>k * ROW + (n << 2), ROW);
        }
      }
    }
    for (; k < K; k++) unpackRow(y + <usize>k * k1, x + <usize>k * ROW, columns, n1);
  }
}

/** A 4 by 4 block; strides of rows in bytes. */
@inline
function transpose(y: usize, y1: usize, x: usize, x1: usize): void {
  storeColumns(y, y1, v128.load(x), v128.load(x + x1), v128.load(x + 2 * x1), v128.load(x + 3 * x1), 4);
}

/** One row of k of several panels; strides from panel to panel. */
@inline
function copyPanels(y: usize, y1: usize, x: usize, x1: usize, count: i32): void {
  for (let p = 0; p < count; p++) {
    v128.store(y, v128.load(x)), v128.store(y, v128.load(x, 16), 16);
    v128.store(y, v128.load(x, 32), 32), v128.store(y, v128.load(x, 48), 48);
    y += y1;
    x += x1;
  }
}

function packRow(y: usize, x: usize, columns: i32, n1: usize): void {
  for (let n = 0; n < NR; n++) {
    store<f32>(y, n < columns ? load<f32>(x) : 0);
    y += 4;
    x += n1;
  }
}

function unpackRow(y: usize, x: usize, columns: i32, n1: usize): void {
  for (let n = 0; n < columns; n++) {
    store<f32>(y, load<f32>(x));
    y += n1;
    x += 4;
  }
}
