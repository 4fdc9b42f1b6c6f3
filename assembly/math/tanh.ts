// tanh on four lanes.  Below 0.625: x + x s p(s), s = x^2, p of degree 4 (relative error 2^-27.7).
// Above: 1 - 2z / (1 + z) with z = e^(-2|x|), which reaches 1 by itself where z is lost.
// Maximum error over all of f32: 1.46 ulp, fused or not.
import { madd } from '../lanes/madd';
import { expNonPositive } from './exp';

@inline
export function tanh_ps(x: v128): v128 {
  const a = f32x4.abs(x);
  const s = f32x4.mul(x, x);
  let p = f32x4.splat(-0.005692296);
  p = madd(p, s, f32x4.splat(0.020628167));
  p = madd(p, s, f32x4.splat(-0.053736515));
  p = madd(p, s, f32x4.splat(0.13331406));
  p = madd(p, s, f32x4.splat(-0.3333328));
  const one = f32x4.splat(1);
  const z = expNonPositive(f32x4.mul(a, f32x4.splat(-2)));
  const tail = f32x4.sub(one, f32x4.div(f32x4.add(z, z), f32x4.add(z, one)));
  const odd = madd(f32x4.mul(x, s), p, x);
  return v128.bitselect(odd, v128.or(tail, v128.and(x, f32x4.splat(-0.0))), f32x4.lt(a, f32x4.splat(0.625)));
}
