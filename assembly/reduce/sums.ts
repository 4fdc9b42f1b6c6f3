// The sums behind reduce_f32 and sum_to_f32, all in doubles: the terms of an f32 sum or square are exact
// there, so whatever the length and the order the one rounding at the end is what is left of the error.
// The order is still fixed, by index alone: a row of n goes to 16 lanes, element i to lane i mod 16; a
// column is added up from the top.  Terms of zero never change a bit.
import { loadPart } from '../lanes/tail';

/** What is folded: x, x x, |x|, or the product of x. */
export const enum Fold {
  sum = 0,
  squares = 1,
  sizes = 2,
  product = 3,
}

@inline
export function neutral(fold: i32): f32 {
  return fold == Fold.product ? 1 : 0;
}

/** Lanes 0 and 1 of v, a f32x4, into acc. */
@inline
function low(fold: i32, acc: v128, v: v128): v128 {
  const d = f64x2.promote_low_f32x4(v);
  if (fold == Fold.product) return f64x2.mul(acc, d);
  if (fold == Fold.squares) return f64x2.add(acc, f64x2.mul(d, d));
  if (fold == Fold.sizes) return f64x2.add(acc, f64x2.abs(d));
  return f64x2.add(acc, d);
}

/** Lanes 2 and 3 of v into acc. */
@inline
function high(fold: i32, acc: v128, v: v128): v128 {
  return low(fold, acc, v128.shuffle<f32>(v, v, 2, 3, 2, 3));
}

@inline
function join(fold: i32, a: v128, b: v128): v128 {
  return fold == Fold.product ? f64x2.mul(a, b) : f64x2.add(a, b);
}

/** A dense row of n. */
@inline
export function foldRow(fold: i32, x: usize, n: i32): f64 {
  const none = f64x2.splat(neutral(fold));
  let a = none, b = none, c = none, d = none, e = none, f = none, g = none, h = none;
  for (let i = 0; i < n; i += 16, x += 64) {
    const left = n - i;
    let p: v128, q: v128, r: v128, s: v128;
    if (left >= 16) {
      p = v128.load(x);
      q = v128.load(x, 16);
      r = v128.load(x, 32);
      s = v128.load(x, 48);
    } else {
      p = loadPart(x, left, neutral(fold));
      q = loadPart(x + 16, left - 4, neutral(fold));
      r = loadPart(x + 32, left - 8, neutral(fold));
      s = loadPart(x + 48, left - 12, neutral(fold));
    }
    a = low(fold, a, p);
    b = high(fold, b, p);
    c = low(fold, c, q);
    d = high(fold, d, q);
    e = low(fold, e, r);
    f = high(fold, f, r);
    g = low(fold, g, s);
    h = high(fold, h, s);
  }
  const v = join(
    fold,
    join(fold, join(fold, a, b), join(fold, c, d)),
    join(fold, join(fold, e, f), join(fold, g, h)),
  );
  const l0 = f64x2.extract_lane(v, 0);
  const l1 = f64x2.extract_lane(v, 1);
  return fold == Fold.product ? l0 * l1 : l0 + l1;
}

/** Turns two pairs of folded doubles into four floats of y: fold / divisor, or its root, added to y if asked. */
@inline
function put4(y: usize, a: v128, b: v128, divisor: f64, root: bool, accumulate: bool): void {
  let p = f64x2.div(a, f64x2.splat(divisor));
  let q = f64x2.div(b, f64x2.splat(divisor));
  if (root) {
    p = f64x2.sqrt(p);
    q = f64x2.sqrt(q);
  }
  let v = v128.shuffle<f32>(f32x4.demote_f64x2_zero(p), f32x4.demote_f64x2_zero(q), 0, 1, 4, 5);
  if (accumulate) v = f32x4.add(v128.load(y), v);
  v128.store(y, v);
}

/** One folded double into one float of y, as put4 does. */
@inline
export function put1(y: usize, total: f64, divisor: f64, root: bool, accumulate: bool): void {
  let t = total / divisor;
  if (root) t = sqrt<f64>(t);
  let v = <f32>t;
  if (accumulate) v += load<f32>(y);
  store<f32>(y, v);
}

/**
 * `width` columns (16, 4 or 1) that lie side by side in x and in y, folded over three dimensions of
 * sizes n0 n1 n2 and byte strides t0 t1 t2.
 */
@inline
export function foldColumns(
  fold: i32, width: i32, y: usize, x: usize,
  n0: i32, n1: i32, n2: i32, t0: usize, t1: usize, t2: usize,
  divisor: f64, root: bool, accumulate: bool,
): void {
  const none = f64x2.splat(neutral(fold));
  let a = none, b = none, c = none, d = none, e = none, f = none, g = none, h = none;
  for (let j0 = 0; j0 < n0; j0++) {
    for (let j1 = 0; j1 < n1; j1++) {
      let p = x + <usize>j0 * t0 + <usize>j1 * t1;
      for (let j2 = 0; j2 < n2; j2++, p += t2) {
        if (width == 1) {
          a = low(fold, a, v128.load32_splat(p));
        } else {
          const v = v128.load(p);
          a = low(fold, a, v);
          b = high(fold, b, v);
        }
        if (width == 16) {
          const q = v128.load(p, 16);
          const r = v128.load(p, 32);
          const s = v128.load(p, 48);
          c = low(fold, c, q);
          d = high(fold, d, q);
          e = low(fold, e, r);
          f = high(fold, f, r);
          g = low(fold, g, s);
          h = high(fold, h, s);
        }
      }
    }
  }
  if (width == 1) put1(y, f64x2.extract_lane(a, 0), divisor, root, accumulate);
  else put4(y, a, b, divisor, root, accumulate);
  if (width == 16) {
    put4(y + 16, c, d, divisor, root, accumulate);
    put4(y + 32, e, f, divisor, root, accumulate);
    put4(y + 48, g, h, divisor, root, accumulate);
  }
}

/** foldColumns of as many as `side` columns allow, 16 for sums alone; returns how many. */
@inline
export function foldSide(
  fold: i32, side: i32, y: usize, x: usize,
  n0: i32, n1: i32, n2: i32, t0: usize, t1: usize, t2: usize,
  divisor: f64, root: bool, accumulate: bool,
): i32 {
  if (fold == Fold.sum && side >= 16) {
    foldColumns(fold, 16, y, x, n0, n1, n2, t0, t1, t2, divisor, root, accumulate);
    return 16;
  }
  if (side >= 4) {
    foldColumns(fold, 4, y, x, n0, n1, n2, t0, t1, t2, divisor, root, accumulate);
    return 4;
  }
  foldColumns(fold, 1, y, x, n0, n1, n2, t0, t1, t2, divisor, root, accumulate);
  return 1;
}

// What several kernels want stands in the module once.

/** The sum of a row. */
export function sumRow(x: usize, n: i32): f64 {
  return foldRow(Fold.sum, x, n);
}

/** The sum of its squares. */
export function squaresRow(x: usize, n: i32): f64 {
  return foldRow(Fold.squares, x, n);
}

/** The sums of columns, as foldSide. */
export function sumSide(
  side: i32, y: usize, x: usize,
  n0: i32, n1: i32, n2: i32, t0: usize, t1: usize, t2: usize, divisor: f64, accumulate: bool,
): i32 {
  return foldSide(Fold.sum, side, y, x, n0, n1, n2, t0, t1, t2, divisor, false, accumulate);
}
