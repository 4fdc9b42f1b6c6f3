// exp2, log2 and pow in double precision, scalar, without tables (the tables of NativeMath.pow weigh
// more than all the rest of the module's element-wise kernels).  For position tables, Adam's bias
// correction and pow_f32: relative error below 1e-13, so a result rounded to f32 is the nearest f32
// but for about one case in a million.  Plain f64 operations only: the same bits on every host.
// Arguments that are subnormal in f64 are not supported (an f32 never is).

const LN2: f64 = 0.6931471805599453;
const LOG2E: f64 = 1.4426950408889634;

/** Natural logarithm of a positive f64: x = 2^k m with m in [sqrt 1/2, sqrt 2), ln m = 2 atanh((m-1)/(m+1)). */
@inline
function lnMantissa(m: f64): f64 {
  const s = (m - 1.0) / (m + 1.0);
  const z = s * s; // at most 0.0295: eleven terms of the series leave 1e-18
  let p = 1.0 / 21.0;
  p = p * z + 1.0 / 19.0;
  p = p * z + 1.0 / 17.0;
  p = p * z + 1.0 / 15.0;
  p = p * z + 1.0 / 13.0;
  p = p * z + 1.0 / 11.0;
  p = p * z + 1.0 / 9.0;
  p = p * z + 1.0 / 7.0;
  p = p * z + 1.0 / 5.0;
  p = p * z + 1.0 / 3.0;
  return 2.0 * s + 2.0 * s * (z * p);
}

/** log2 x; -inf at 0, NaN below. */
export function log2_64(x: f64): f64 {
  if (!(x > 0.0)) return x == 0.0 ? -Infinity : NaN;
  if (x == Infinity) return x;
  const bits = reinterpret<i64>(x);
  // Take sqrt(1/2) off before reading the exponent, so that the mantissa lands around 1.
  const k = <i32>((bits - 0x3fe6a09e667f3bcd) >> 52);
  const m = reinterpret<f64>(bits - ((<i64>k) << 52));
  return <f64>k + lnMantissa(m) * LOG2E;
}

/** ln x; -inf at 0, NaN below. */
export function log_64(x: f64): f64 {
  return log2_64(x) * LN2;
}

/** 2^x; 0 below -1022 (subnormals are not made), +inf from 1024 on. */
export function exp2_64(x: f64): f64 {
  if (!(x >= -1022.0)) return x == x ? 0.0 : x;
  if (x >= 1024.0) return Infinity;
  const n = nearest<f64>(x);
  const t = (x - n) * LN2; // at most 0.347: fourteen terms of the series leave 1e-17
  let p = 1.0 / 6227020800.0;
  p = p * t + 1.0 / 479001600.0;
  p = p * t + 1.0 / 39916800.0;
  p = p * t + 1.0 / 3628800.0;
  p = p * t + 1.0 / 362880.0;
  p = p * t + 1.0 / 40320.0;
  p = p * t + 1.0 / 5040.0;
  p = p * t + 1.0 / 720.0;
  p = p * t + 1.0 / 120.0;
  p = p * t + 1.0 / 24.0;
  p = p * t + 1.0 / 6.0;
  p = p * t + 0.5;
  p = p * t + 1.0;
  p = p * t + 1.0;
  // Half the power twice: 2^1024 is not a number, yet 2^1023.6 is.
  const half = <i64>n >> 1;
  const low = reinterpret<f64>((half + 1023) << 52);
  const high = reinterpret<f64>((<i64>n - half + 1023) << 52);
  return p * low * high;
}

/** x^y with the special cases of IEEE 754 pow. */
export function pow_64(x: f64, y: f64): f64 {
  if (y == 0.0 || x == 1.0) return 1.0;
  if (x != x || y != y) return NaN;
  const ax = abs(x);
  const size = ax == 1.0 ? 1.0 : exp2_64(y * log2_64(ax));
  if (reinterpret<i64>(x) >= 0) return size;
  const whole = floor<f64>(y) == y;
  const odd = whole && floor<f64>(y * 0.5) * 2.0 != y;
  // A negative base wants a whole exponent; zero and infinity take any.
  if (!whole && ax != 0.0 && ax != Infinity) return NaN;
  return odd ? -size : size;
}
