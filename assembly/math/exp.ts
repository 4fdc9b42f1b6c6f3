// e^x on four lanes.
//
// x = n ln2 + r with n = round(x / ln2), |r| <= ln2 / 2, so that e^x = 2^n e^r.  n comes out of the
// low bits of x / ln2 + 1.5 * 2^23, which costs an addition where a conversion would cost several
// instructions.  ln2 is taken away in two parts, the first of which is short enough for n * LN2_HI to
// be exact (W. J. Cody and W. Waite, "Software Manual for the Elementary Functions", 1980).
// e^r = 1 + r + r^2 q(r), q the minimax polynomial of degree 4 (relative error of e^r - 1: 2^-26).
// Maximum error over all of f32, subnormal results included: 1.007 ulp; fused 1.032.
import { madd } from '../lanes/madd';

export const LOG2E: f32 = 1.4426950408889634;
const LN2_HI: f32 = 0.693359375;
const LN2_LO: f32 = -2.12194440054690583e-4;
/** 1.5 * 2^23: adding it rounds to an integer, which then stands in the low bits of the sum. */
export const ROUND: f32 = 12582912.0;

/** e^r - 1 for |r| <= ln2 / 2 + a rounding. */
@inline
export function expm1Reduced(r: v128): v128 {
  let q = f32x4.splat(0.0013870691);
  q = madd(q, r, f32x4.splat(0.008366271));
  q = madd(q, r, f32x4.splat(0.041667435));
  q = madd(q, r, f32x4.splat(0.16666546));
  q = madd(q, r, f32x4.splat(0.49999997));
  return madd(f32x4.mul(r, r), q, r);
}

@inline
function expReduced(r: v128): v128 {
  return f32x4.add(expm1Reduced(r), f32x4.splat(1));
}

/** x - n ln2 */
@inline
export function reduce(x: v128, n: v128): v128 {
  return madd(n, f32x4.splat(-LN2_LO), madd(n, f32x4.splat(-LN2_HI), x));
}

/** e^x over all of f32: subnormal results are kept, e^-inf = 0, overflow gives inf, NaN stays NaN. */
@inline
export function exp_ps(x: v128): v128 {
  const c = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-104.5));
  const t = madd(c, f32x4.splat(LOG2E), f32x4.splat(ROUND));
  const p = expReduced(reduce(c, f32x4.sub(t, f32x4.splat(ROUND))));
  // 2^n needs more exponents than f32 has, so it is two factors; only the last product can round.
  const n = i32x4.sub(t, f32x4.splat(ROUND));
  const half = i32x4.shr_s(n, 1);
  const a = i32x4.add(i32x4.shl(half, 23), f32x4.splat(1));
  const b = i32x4.add(i32x4.shl(i32x4.sub(n, half), 23), f32x4.splat(1));
  return f32x4.mul(f32x4.mul(p, a), b);
}

/**
 * e^x for x <= 0 (softmax after its maximum is taken away), about a third cheaper: results below
 * 2^-126.5 become 0, so e^-inf = 0 and no subnormal, slow on many machines, comes out.  NaN stays NaN.
 * Undefined for x > 88.
 */
@inline
export function expNonPositive(x: v128): v128 {
  // At the clamp n is -127 and the exponent field of 2^n is 0: the factor is zero itself.
  const c = f32x4.pmax(x, f32x4.splat(-88.1));
  const t = madd(c, f32x4.splat(LOG2E), f32x4.splat(ROUND + 127));
  const p = expReduced(reduce(c, f32x4.sub(t, f32x4.splat(ROUND + 127))));
  return f32x4.mul(p, i32x4.shl(t, 23));
}

/** e^x for x <= 0 with subnormal results kept: one product more than expNonPositive. */
@inline
export function expNonPositiveGradual(x: v128): v128 {
  // 2^n is made 2^24 times too large, which keeps its exponent in range down to n = -150.
  const c = f32x4.pmax(x, f32x4.splat(-104.5));
  const t = madd(c, f32x4.splat(LOG2E), f32x4.splat(ROUND + 151));
  const p = expReduced(reduce(c, f32x4.sub(t, f32x4.splat(ROUND + 151))));
  return f32x4.mul(f32x4.mul(p, i32x4.shl(t, 23)), f32x4.splat(5.9604644775390625e-8));
}
