// 1 / (1 + e^-x) on four lanes, by z = e^-|x| <= 1 and w = z / (1 + z): 1 - w on the right and
// z - z w on the left (w itself, with the roundings of the sum and the quotient damped by z).
// It cannot overflow and keeps relative accuracy, and subnormals, in the left tail.
// Maximum error over all of f32: 1.87 ulp; fused 1.67.
import { madd } from '../lanes/madd';
import { expNonPositiveGradual } from './exp';

@inline
export function sigmoid_ps(x: v128): v128 {
  const one = f32x4.splat(1);
  const z = expNonPositiveGradual(v128.or(x, f32x4.splat(-0.0)));
  const w = f32x4.div(z, f32x4.add(one, z));
  const b = v128.bitselect(z, one, f32x4.lt(x, f32x4.splat(0)));
  return madd(f32x4.neg(w), b, b);
}
