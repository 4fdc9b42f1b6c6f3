// erf on four lanes.  Below 0.93: x + x q(x^2), q of degree 5 (relative error of erf 2^-25.8).
// Above: 1 - e^p(|x|), p of degree 6 fitted to log erfc with the weight erfc, so that the absolute
// error is even (2^-29); from 4 on the result is 1.
// Maximum error over all of f32: 1.37 ulp; fused 1.13.
import { madd } from '../lanes/madd';
import { expNonPositive } from './exp';

@inline
export function erf_ps(x: v128): v128 {
  const sign = v128.and(x, f32x4.splat(-0.0));
  const a = f32x4.abs(x);
  const s = f32x4.mul(x, x);
  let q = f32x4.splat(-0.0005958978);
  q = madd(q, s, f32x4.splat(0.004987253));
  q = madd(q, s, f32x4.splat(-0.026762916));
  q = madd(q, s, f32x4.splat(0.1128173));
  q = madd(q, s, f32x4.splat(-0.3761249));
  q = madd(q, s, f32x4.splat(0.12837915));
  const c = f32x4.pmin(a, f32x4.splat(4));
  let p = f32x4.splat(0.00019381159);
  p = madd(p, c, f32x4.splat(-0.0030224659));
  p = madd(p, c, f32x4.splat(0.022144675));
  p = madd(p, c, f32x4.splat(-0.1037621));
  p = madd(p, c, f32x4.splat(-0.637374));
  p = madd(p, c, f32x4.splat(-1.1275626));
  p = madd(p, c, f32x4.splat(-0.0002228005));
  const tail = v128.or(f32x4.sub(f32x4.splat(1), expNonPositive(p)), sign);
  return v128.bitselect(madd(x, q, x), tail, f32x4.lt(a, f32x4.splat(0.93)));
}
