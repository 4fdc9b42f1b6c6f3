// Natural logarithms on four lanes.
//
// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)); log x = k ln2 + f - f^2 / 2 + f^3 p(f), p the
// minimax polynomial of degree 7 (relative error of log(1 + f): 2^-27).
import { madd } from '../lanes/madd';

const LN2_HI: f32 = 0.693359375;
const LN2_LO: f32 = -2.12194440054690583e-4;
/** The bits of sqrt(1/2): where the exponent of x / sqrt(1/2) is k, the fraction field holds 1 + f. */
const SQRT_HALF: i32 = 0x3f3504f3;

/** k ln2 + log(1 + f) */
@inline
function logReduced(f: v128, k: v128): v128 {
  let p = f32x4.splat(-0.076388);
  p = madd(p, f, f32x4.splat(0.12764896));
  p = madd(p, f, f32x4.splat(-0.13159998));
  p = madd(p, f, f32x4.splat(0.14201225));
  p = madd(p, f, f32x4.splat(-0.16623327));
  p = madd(p, f, f32x4.splat(0.20001253));
  p = madd(p, f, f32x4.splat(-0.25000823));
  p = madd(p, f, f32x4.splat(0.3333333));
  const n = f32x4.convert_i32x4_s(k);
  const small = madd(f32x4.mul(f, f), madd(f, p, f32x4.splat(-0.5)), f32x4.mul(n, f32x4.splat(LN2_LO)));
  return madd(n, f32x4.splat(LN2_HI), f32x4.add(f, small));
}

/** 1 + f, from d = bits of x - SQRT_HALF */
@inline
function fraction(d: v128): v128 {
  return i32x4.add(v128.and(d, i32x4.splat(0x7fffff)), i32x4.splat(SQRT_HALF));
}

/** `log` where x is positive and finite; else -inf at 0, inf at inf, NaN below 0 and at NaN. */
@inline
function withEdges(log: v128, x: v128): v128 {
  const zero = f32x4.splat(0);
  const inf = f32x4.splat(Infinity);
  const edge = v128.bitselect(f32x4.splat(-Infinity), f32x4.add(f32x4.sqrt(x), inf), f32x4.eq(x, zero));
  return v128.bitselect(log, edge, v128.and(f32x4.gt(x, zero), f32x4.lt(x, inf)));
}

/** log x over all of f32, subnormals included.  Maximum error: 0.93 ulp; fused 0.88. */
@inline
export function log_ps(x: v128): v128 {
  const subnormal = f32x4.lt(x, f32x4.splat(1.1754943508222875e-38));
  const y = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, subnormal);
  const d = i32x4.sub(y, i32x4.splat(SQRT_HALF));
  const k = i32x4.sub(i32x4.shr_s(d, 23), v128.and(subnormal, i32x4.splat(23)));
  return withEdges(logReduced(f32x4.sub(fraction(d), f32x4.splat(1)), k), x);
}

/**
 * log(1 + y) over all of f32.  u = 1 + y is rounded; what the rounding took away (exact by Knuth's
 * two-sum) is scaled like u and added to f, which for y near 0 gives back f = y.
 */
@inline
export function log1p_ps(y: v128): v128 {
  const one = f32x4.splat(1);
  const u = f32x4.add(y, one);
  const v = f32x4.sub(u, y);
  const lost = f32x4.add(f32x4.sub(y, f32x4.sub(u, v)), f32x4.sub(one, v));
  const d = i32x4.sub(u, i32x4.splat(SQRT_HALF));
  const m = fraction(d);
  // 2^-k as a float; at k = 128, where nothing can be lost, it must not become an infinity.
  const scale = i32x4.max_s(i32x4.add(i32x4.sub(m, u), one), i32x4.splat(0));
  const f = madd(lost, scale, f32x4.sub(m, one));
  return withEdges(logReduced(f, i32x4.shr_s(d, 23)), u);
}
