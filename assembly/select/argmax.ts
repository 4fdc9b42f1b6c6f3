// Where the largest (smallest) element stands along the middle dimension, the first one of several equal.
// x: (outer, n, inner) f32, (n, inner) dense, outer slices `stride` elements apart; y: (outer, inner)
// i32, dense.  A NaN beats every number, the first NaN wins (torch.argmax, torch.argmin).
// n must be at least 1.  Range: elements of y.
import { extremeOfRow } from '../reduce/extremes';

export function argmax_f32(
  y: usize, x: usize, n: i32, inner: i32, stride: i32, begin: i32, end: i32,
): void {
  arg(y, x, n, inner, stride, false, begin, end);
}

export function argmin_f32(
  y: usize, x: usize, n: i32, inner: i32, stride: i32, begin: i32, end: i32,
): void {
  arg(y, x, n, inner, stride, true, begin, end);
}

function arg(y: usize, x: usize, n: i32, inner: i32, stride: i32, smallest: bool, begin: i32, end: i32): void {
  for (let e = begin; e < end; e++) {
    const p = x + ((<usize>(e / inner * stride + e % inner)) << 2);
    const at = inner == 1 ? find(p, n, extremeOfRow(p, n, smallest)) : argOfColumn(p, n, (<usize>inner) << 2, smallest);
    store<i32>(y + ((<usize>e) << 2), at);
  }
}

/** The first place of v in a dense row of n that holds it; of a NaN, if v is one. */
function find(x: usize, n: i32, v: f32): i32 {
  const vv = f32x4.splat(v);
  const nan = v != v;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const u = v128.load(x + ((<usize>i) << 2));
    const hit = i32x4.bitmask(nan ? f32x4.ne(u, u) : f32x4.eq(u, vv));
    if (hit) return i + ctz(hit);
  }
  for (; i < n; i++) {
    const u = load<f32>(x + ((<usize>i) << 2));
    if (nan ? u != u : u == v) break;
  }
  return i;
}

function argOfColumn(x: usize, n: i32, step: usize, smallest: bool): i32 {
  let at = 0;
  let best = load<f32>(x);
  for (let j = 1; j < n && best == best; j++) {
    x += step;
    const v = load<f32>(x);
    if (v != v || (smallest ? v < best : v > best)) {
      best = v;
      at = j;
    }
  }
  return at;
}
