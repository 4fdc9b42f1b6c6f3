// softmax over rows.  x, y: (M, N) f32, rows xs and ys elements apart; y may alias x (then ys = xs).
//   softmax:      y = e^(x - max x) / sum e^(x - max x)
//   log_softmax:  y = (x - max x) - log sum e^(x - max x)
// A row of -inf gives zeros (log_softmax: -inf); a NaN or +inf makes its row NaN.
// The sum is taken in four lanes, element i in lane i mod 4, the vectors by turns in two accumulators,
// block by block of 1024: an order that depends on the position only, and to which trailing -inf
// (padding) adds nothing, so that it does not change a bit of the rest.
// Error: softmax (4 + |ln y|) 2^-23 y + 1e-37 (what is smaller is flushed), log_softmax
// 8 (1 + |y|) 2^-23, for N up to 10^5.
import { at, row } from './lanes/address';
import { maxLanes, sumLanes } from './lanes/reduce';
import { dot, sum } from './lanes/sums';
import { loadPart, storePart } from './lanes/tail';
import { expNonPositive } from './math/exp';
import { log_ps } from './math/log';

const BLOCK: i32 = 1024;

/** The maximum; NaN elements may be passed over: they show in the sum. */
function maximum(x: usize, N: i32): f32 {
  let a = f32x4.splat(-Infinity);
  let b = a;
  let i = 0;
  for (; i + 8 <= N; i += 8) {
    const p = at(x, i);
    a = f32x4.pmax(a, v128.load(p));
    b = f32x4.pmax(b, v128.load(p, 16));
  }
  a = f32x4.pmax(a, loadPart(at(x, i), N - i, -Infinity));
  b = f32x4.pmax(b, loadPart(at(x, i + 4), N - i - 4, -Infinity));
  return maxLanes(f32x4.pmax(a, b));
}

/**
 * y = e^(x - shift), and its sum; y = 0 stands for "write nothing".  Four vectors at a time, because one
 * exponential is a longer chain than a processor can look past.
 */
function exponentials(y: usize, x: usize, N: i32, shift: f32): f32 {
  const top = f32x4.splat(shift);
  let total = f32x4.splat(0);
  for (let i = 0; i < N; ) {
    const stop = min(i + BLOCK, N);
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    for (; i + 16 <= stop; i += 16) {
      const p = at(x, i);
      const v0 = expNonPositive(f32x4.sub(v128.load(p), top));
      const v1 = expNonPositive(f32x4.sub(v128.load(p, 16), top));
      const v2 = expNonPositive(f32x4.sub(v128.load(p, 32), top));
      const v3 = expNonPositive(f32x4.sub(v128.load(p, 48), top));
      if (y) {
        const q = at(y, i);
        v128.store(q, v0);
        v128.store(q, v1, 16);
        v128.store(q, v2, 32);
        v128.store(q, v3, 48);
      }
      a = f32x4.add(f32x4.add(a, v0), v2);
      b = f32x4.add(f32x4.add(b, v1), v3);
    }
    for (; i < stop; i += 4) {
      const e = expNonPositive(f32x4.sub(loadPart(at(x, i), N - i, -Infinity), top));
      if (y) storePart(at(y, i), e, N - i);
      if (i & 4) b = f32x4.add(b, e);
      else a = f32x4.add(a, e);
    }
    total = f32x4.add(total, f32x4.add(a, b));
  }
  return sumLanes(total);
}

export function softmax_f32(y: usize, x: usize, N: i32, ys: i32, xs: i32, begin: i32, end: i32): void {
  for (let m = begin; m < end; m++) {
    const from = row(x, m, xs);
    const to = row(y, m, ys);
    const top = maximum(from, N);
    // -inf - -inf would be NaN where nothing but zeros is meant
    const total = exponentials(to, from, N, top == -Infinity ? 0 : top);
    const scale = f32x4.splat(total == 0 ? 0 : 1 / total);
    let i = 0;
    for (; i + 4 <= N; i += 4) v128.store(at(to, i), f32x4.mul(v128.load(at(to, i)), scale));
    if (i < N) storePart(at(to, i), f32x4.mul(loadPart(at(to, i), N - i, 0), scale), N - i);
  }
}

export function log_softmax_f32(y: usize, x: usize, N: i32, ys: i32, xs: i32, begin: i32, end: i32): void {
  for (let m = begin; m < end; m++) {
    const from = row(x, m, xs);
    const to = row(y, m, ys);
    const peak = maximum(from, N);
    const top = peak == -Infinity ? <f32>0 : peak;
    const total = exponentials(0, from, N, top);
    const log = total == 0 ? <f32>0 : f32x4.extract_lane(log_ps(f32x4.splat(total)), 0);
    const a = f32x4.splat(top);
    const b = f32x4.splat(log);
    let i = 0;
    for (; i + 4 <= N; i += 4) v128.store(at(to, i), f32x4.sub(f32x4.sub(v128.load(at(from, i)), a), b));
    if (i < N) storePart(at(to, i), f32x4.sub(f32x4.sub(loadPart(at(from, i), N - i, 0), a), b), N - i);
  }
}

/** dx = y (dy - sum dy y).  Needs y, never x; dx may alias dy or y. */
export function softmax_f32_backward(
  dx: usize, dy: usize, y: usize, N: i32, dxs: i32, dys: i32, ys: i32, begin: i32, end: i32,
): void {
  for (let m = begin; m < end; m++) {
    const to = row(dx, m, dxs);
    const g = row(dy, m, dys);
    const p = row(y, m, ys);
    const mean = f32x4.splat(dot(g, p, N));
    for (let i = 0; i < N; i += 4) {
      const n = N - i;
      const v = f32x4.sub(loadPart(at(g, i), n, 0), mean);
      storePart(at(to, i), f32x4.mul(loadPart(at(p, i), n, 0), v), n);
    }
  }
}

/** dx = dy - e^y sum dy.  Needs y, never x; dx may alias dy or y. */
export function log_softmax_f32_backward(
  dx: usize, dy: usize, y: usize, N: i32, dxs: i32, dys: i32, ys: i32, begin: i32, end: i32,
): void {
  for (let m = begin; m < end; m++) {
    const to = row(dx, m, dxs);
    const g = row(dy, m, dys);
    const p = row(y, m, ys);
    const total = f32x4.splat(sum(g, N));
    for (let i = 0; i < N; i += 4) {
      const n = N - i;
      const share = f32x4.mul(expNonPositive(loadPart(at(p, i), n, 0)), total);
      storePart(at(to, i), f32x4.sub(loadPart(at(g, i), n, 0), share), n);
    }
  }
}
