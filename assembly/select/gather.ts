// Elements by their place along the middle dimension (torch.gather), and back (torch.scatter).
// index: (outer, m, inner) i32, dense, each in 0..n-1 (see ids_in_range).  Exact but for the sums and
// products of scatter_f32, which are rounded at each step.
import { Scatter } from './kinds';

/**
 * y[o, j, i] = x[o, index[o, j, i], i].  x: (outer, n, inner) of four-byte elements, dense; y: (outer, m,
 * inner), which may be index itself.  Range: elements of y.
 */
export function gather_32(
  y: usize, x: usize, index: usize, n: i32, m: i32, inner: i32, begin: i32, end: i32,
): void {
  const slice = m * inner;
  for (let e = begin; e < end; e++) {
    const o = (<usize>e) << 2;
    const at = (e / slice * n + load<i32>(index + o)) * inner + e % inner;
    store<i32>(y + o, load<i32>(x + ((<usize>at) << 2)));
  }
}

/**
 * y[o, index[o, j, i], i] = src[o, j, i], or that value combined with what is there, for j = 0, 1, ..., m-1
 * in this order: of several that meet, set keeps the last.  y: (outer, n, inner) f32, dense, read and
 * written; src: (outer, m, inner) with `step` 1, or one number with `step` 0.  max, min: NaN if either is.
 * Range: the outer * inner columns, so that no split lets two meet in one element.
 */
export function scatter_f32(
  y: usize, index: usize, src: usize, step: i32, kind: i32, n: i32, m: i32, inner: i32, begin: i32, end: i32,
): void {
  for (let c = begin; c < end; c++) {
    const column = y + ((<usize>(c / inner * n * inner + c % inner)) << 2);
    const first = c / inner * m * inner + c % inner;
    for (let j = 0; j < m; j++) {
      const e = first + j * inner;
      const p = column + ((<usize>(load<i32>(index + ((<usize>e) << 2)) * inner)) << 2);
      store<f32>(p, combine(kind, load<f32>(p), load<f32>(src + ((<usize>(e * step)) << 2))));
    }
  }
}

function combine(kind: i32, old: f32, v: f32): f32 {
  switch (kind) {
    case Scatter.sum: return old + v;
    case Scatter.prod: return old * v;
    case Scatter.max: return max(old, v);
    case Scatter.min: return min(old, v);
    default: return v;
  }
}
