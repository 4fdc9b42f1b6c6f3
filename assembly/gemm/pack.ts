// gemm_f32_pack: bp = B in panels (see layout.ts).  bp: packed, b: (K, N) f32 with element (k, n) at
// b + k bk + n bn, so a PyTorch weight (N, K) has bk = 1, bn = K and a plain (K, N) has bk = N, bn = 1.
// gemm_f32_unpack: the inverse.  Range: panels.  No aliasing.
import { storeColumns } from '../lanes/transpose';
import { NR, panelOf } from './layout';

export function gemm_f32_pack(bp: usize, b: usize, K: i32, N: i32, bk: i32, bn: i32, begin: i32, end: i32): void {
  const k1 = (<usize>bk) << 2;
  const n1 = (<usize>bn) << 2;
  for (let panel = begin; panel < end; panel++) {
    const y = panelOf(bp, panel, K);
    const x = b + <usize>(panel * NR) * n1;
    const columns = min(N - panel * NR, NR);
    if (columns == NR && bn == 1) {
      copyRows(y, NR << 2, x, k1, K);
    } else if (columns == NR && bk == 1) {
      const whole = K & ~3;
      for (let k = 0; k < whole; k += 4) {
        for (let n = 0; n < NR; n += 4) {
          transpose(y + (<usize>(k * NR + n) << 2), NR << 2, x + <usize>n * n1 + (<usize>k << 2), n1);
        }
      }
      packScalar(y, x, whole, K, NR, k1, n1);
    } else {
      packScalar(y, x, 0, K, columns, k1, n1);
    }
  }
}

export function gemm_f32_unpack(b: usize, bp: usize, K: i32, N: i32, bk: i32, bn: i32, begin: i32, end: i32): void {
  const k1 = (<usize>bk) << 2;
  const n1 = (<usize>bn) << 2;
  for (let panel = begin; panel < end; panel++) {
    const x = panelOf(bp, panel, K);
    const y = b + <usize>(panel * NR) * n1;
    const columns = min(N - panel * NR, NR);
    if (columns == NR && bn == 1) {
      copyRows(y, k1, x, NR << 2, K);
    } else if (columns == NR && bk == 1) {
      const whole = K & ~3;
      for (let k = 0; k < whole; k += 4) {
        for (let n = 0; n < NR; n += 4) {
          transpose(y + <usize>n * n1 + (<usize>k << 2), n1, x + (<usize>(k * NR + n) << 2), NR << 2);
        }
      }
      unpackScalar(y, x, whole, K, NR, k1, n1);
    } else {
      unpackScalar(y, x, 0, K, columns, k1, n1);
    }
  }
}

/** A 4 by 4 block; strides of rows in bytes. */
@inline
function transpose(y: usize, y1: usize, x: usize, x1: usize): void {
  storeColumns(y, y1, v128.load(x), v128.load(x + x1), v128.load(x + 2 * x1), v128.load(x + 3 * x1), 4);
}

/** K rows of NR contiguous floats; strides in bytes. */
@inline
function copyRows(y: usize, y1: usize, x: usize, x1: usize, K: i32): void {
  for (let k = 0; k < K; k++) {
    for (let n: usize = 0; n < <usize>NR << 2; n += 16) v128.store(y + n, v128.load(x + n));
    y += y1;
    x += x1;
  }
}

function packScalar(y: usize, x: usize, k: i32, K: i32, columns: i32, k1: usize, n1: usize): void {
  for (; k < K; k++) {
    const row = y + (<usize>(k * NR) << 2);
    let from = x + <usize>k * k1;
    for (let n = 0; n < columns; n++) {
      store<f32>(row + (<usize>n << 2), load<f32>(from));
      from += n1;
    }
    for (let n = columns; n < NR; n++) store<f32>(row + (<usize>n << 2), 0);
  }
}

function unpackScalar(y: usize, x: usize, k: i32, K: i32, columns: i32, k1: usize, n1: usize): void {
  for (; k < K; k++) {
    const row = x + (<usize>(k * NR) << 2);
    let to = y + <usize>k * k1;
    for (let n = 0; n < columns; n++) {
      store<f32>(to, load<f32>(row + (<usize>n << 2)));
      to += n1;
    }
  }
}
