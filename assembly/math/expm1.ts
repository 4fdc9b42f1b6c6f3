// e^x - 1 on four lanes: 2^n (e^r - 1) + (2^n - 1).  Half of it is computed and doubled, because at
// the top of the range 2^n itself is past the largest f32; below |x| = 2^-25 the result is x.
// Maximum error over all of f32: 1.66 ulp; fused 1.53.
import { madd } from '../lanes/madd';
import { LOG2E, ROUND, expm1Reduced, reduce } from './exp';

@inline
export function expm1_ps(x: v128): v128 {
  // e^-18 is less than half a unit in the last place of 1.
  const c = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-18));
  const t = madd(c, f32x4.splat(LOG2E), f32x4.splat(ROUND + 126));
  const p = expm1Reduced(reduce(c, f32x4.sub(t, f32x4.splat(ROUND + 126))));
  const s = i32x4.shl(t, 23);
  const h = madd(p, s, f32x4.sub(s, f32x4.splat(0.5)));
  return v128.bitselect(x, f32x4.add(h, h), f32x4.lt(f32x4.abs(x), f32x4.splat(2.98023223876953125e-8)));
}
