// sin and cos in double precision, scalar, for position tables.  x is brought to |r| <= pi / 4 by taking
// away n pi / 2 in two parts, the first of 33 bits, so that n times it is exact up to |x| = 2^20 (W. J.
// Cody and W. Waite, "Software Manual for the Elementary Functions", 1980); then the Taylor series.
// Error below 2^-51 for |x| up to 2^20, growing in proportion to x beyond; the same bits on every host.

const TWO_OVER_PI: f64 = 0.6366197723675814;
const HALF_PI_HIGH: f64 = reinterpret<f64>(0x3ff921fb54400000);
const HALF_PI_LOW: f64 = 6.077100506506192e-11;

export function sin_64(x: f64): f64 {
  return quarter(x, 0);
}

export function cos_64(x: f64): f64 {
  return quarter(x, 1);
}

/** sin(x + turn pi / 2) */
function quarter(x: f64, turn: i32): f64 {
  const n = nearest<f64>(x * TWO_OVER_PI);
  const r = x - n * HALF_PI_HIGH - n * HALF_PI_LOW;
  const q = <i32>n + turn;
  const v = q & 1 ? cosSmall(r * r) : sinSmall(r, r * r);
  return q & 2 ? -v : v;
}

@inline
function sinSmall(r: f64, z: f64): f64 {
  let p = 1.0 / 355687428096000.0; // 1 / 17!; the next term is below 1e-19
  p = p * z - 1.0 / 1307674368000.0;
  p = p * z + 1.0 / 6227020800.0;
  p = p * z - 1.0 / 39916800.0;
  p = p * z + 1.0 / 362880.0;
  p = p * z - 1.0 / 5040.0;
  p = p * z + 1.0 / 120.0;
  p = p * z - 1.0 / 6.0;
  return r + r * (z * p);
}

@inline
function cosSmall(z: f64): f64 {
  let p = 1.0 / 20922789888000.0; // 1 / 16!; the next term is below 1e-17
  p = p * z - 1.0 / 87178291200.0;
  p = p * z + 1.0 / 479001600.0;
  p = p * z - 1.0 / 3628800.0;
  p = p * z + 1.0 / 40320.0;
  p = p * z - 1.0 / 720.0;
  p = p * z + 1.0 / 24.0;
  p = p * z - 0.5;
  return 1.0 + z * p;
}
