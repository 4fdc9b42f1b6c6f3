// The left tail of the standard normal distribution on four lanes, in two factors:
//   P(X < -t) = gauss(t) * millsHalf(t),  0 <= t <= TAIL_END,
// so that each keeps its relative accuracy however small the product is.  Maximum error over the range:
// gauss 1.07 ulp, millsHalf 6.3 ulp (2.6 below t = 1).
import { madd } from '../lanes/madd';
import { LOG2E, ROUND, expm1Reduced } from './exp';

/** From here on the tail is below every f32. */
export const TAIL_END: f32 = 15;

/**
 * e^(-t^2 / 2), 0 <= t <= TAIL_END; below 2^-126.5 it is 0.  t^2 / 2 is needed to its absolute last
 * bits, so t is split in a part h of 12 bits, whose square is exact, and the rest.
 */
@inline
export function gauss_ps(t: v128): v128 {
  const half = f32x4.splat(-0.5);
  const h = v128.and(t, i32x4.splat(0xfffff000));
  const rest = f32x4.mul(f32x4.sub(t, h), f32x4.mul(f32x4.add(t, h), half));
  const c = f32x4.pmax(f32x4.mul(f32x4.mul(t, t), half), f32x4.splat(-88.1));
  const k = madd(c, f32x4.splat(LOG2E), f32x4.splat(ROUND + 127));
  const n = f32x4.sub(k, f32x4.splat(ROUND + 127));
  const r = madd(n, f32x4.splat(-0.693359375), f32x4.mul(f32x4.mul(h, half), h));
  const p = expm1Reduced(f32x4.add(madd(n, f32x4.splat(2.12194440054690583e-4), rest), r));
  return f32x4.mul(f32x4.add(p, f32x4.splat(1)), i32x4.shl(k, 23));
}

/**
 * P(X < -t) e^(t^2 / 2), half of Mills' ratio over sqrt(pi / 2): falls from 1/2 like 0.4 / t.
 * Minimax rational of degree 4 / 5 (relative error 2^-26.7); its terms are positive, so nothing cancels.
 */
@inline
export function millsHalf_ps(t: v128): v128 {
  let p = f32x4.splat(0.004028657);
  p = madd(p, t, f32x4.splat(0.040041544));
  p = madd(p, t, f32x4.splat(0.18147765));
  p = madd(p, t, f32x4.splat(0.43591812));
  p = madd(p, t, f32x4.splat(0.5));
  let q = f32x4.splat(0.010098204);
  q = madd(q, t, f32x4.splat(0.10037657));
  q = madd(q, t, f32x4.splat(0.4648313));
  q = madd(q, t, f32x4.splat(1.1951959));
  q = madd(q, t, f32x4.splat(1.6697211));
  q = madd(q, t, f32x4.splat(1));
  return f32x4.div(p, q);
}
