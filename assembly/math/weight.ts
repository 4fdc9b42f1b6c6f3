// e^x for x <= 0 as softmax needs it: x = score - maximum has been rounded already, by |x| 2^-24, and
// what counts is the error as a share of the largest weight, e^0 = 1.
//
// e^x = 2^n 2^f with x log2(e) = n + f, |f| <= 1/2.  The one rounding of the product costs |x| 2^-24
// once more, and the two-part reduction of exp.ts is not needed; 2^f = 1 + f p(f), p the minimax
// polynomial of degree 5 (relative error of 2^f: 2^-26.9), by pairs (G. Estrin, 1960), because the length
// of the chain and not the number of operations is what a processor waits for.
// Error: (1.5 + |x|) ulp; as a share of 1 at most 2^-23.  Results below 2^-126.5 become 0, so
// e^-inf = 0; e^0 = 1 exactly; NaN stays NaN.  Undefined for x > 88.
import { madd } from '../lanes/madd';

const LOG2E: f32 = 1.4426950408889634;
/** 1.5 * 2^23, which rounds to an integer, + 127, the bias of the exponent. */
const ROUND: f32 = 12583039.0;

@inline
export function weight_ps(x: v128): v128 {
  // At the clamp n is -127 and the exponent field of 2^n is 0: the factor is zero itself.
  const y = f32x4.pmax(f32x4.mul(x, f32x4.splat(LOG2E)), f32x4.splat(-127));
  const t = f32x4.add(y, f32x4.splat(ROUND));
  const f = f32x4.sub(y, f32x4.sub(t, f32x4.splat(ROUND)));
  const s = f32x4.mul(f, f);
  const c = madd(f, f32x4.splat(0.00015754766), f32x4.splat(0.0013416561));
  const b = madd(f, f32x4.splat(0.009617065), f32x4.splat(0.055502728));
  const a = madd(f, f32x4.splat(0.24022655), f32x4.splat(0.69314724));
  const p = madd(s, madd(s, c, b), a);
  return f32x4.mul(madd(f, p, f32x4.splat(1)), i32x4.shl(t, 23));
}
