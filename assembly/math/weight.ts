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
const LOWEST: f32 = -127;
const P5: f32 = 0.00015754766;
const P4: f32 = 0.0013416561;
const P3: f32 = 0.009617065;
const P2: f32 = 0.055502728;
const P1: f32 = 0.24022655;
const P0: f32 = 0.69314724;

@inline
export function weight_ps(x: v128): v128 {
  return weightBy(
    x, f32x4.splat(LOG2E), f32x4.splat(LOWEST), f32x4.splat(ROUND), f32x4.splat(P5), f32x4.splat(P4),
    f32x4.splat(P3), f32x4.splat(P2), f32x4.splat(P1), f32x4.splat(P0), f32x4.splat(1),
  );
}

/** The constants of weightBy, each in four lanes: loaded before a loop they stay out of it. */
export const WEIGHT = memory.data<f32>(
  [
    LOG2E, LOG2E, LOG2E, LOG2E, LOWEST, LOWEST, LOWEST, LOWEST, ROUND, ROUND, ROUND, ROUND, P5, P5, P5, P5,
    P4, P4, P4, P4, P3, P3, P3, P3, P2, P2, P2, P2, P1, P1, P1, P1, P0, P0, P0, P0, 1, 1, 1, 1,
  ],
  16,
);

/** weight_ps with its constants given. */
@inline
export function weightBy(
  x: v128, log2e: v128, lowest: v128, round: v128,
  p5: v128, p4: v128, p3: v128, p2: v128, p1: v128, p0: v128, one: v128,
): v128 {
  // At the clamp n is -127 and the exponent field of 2^n is 0: the factor is zero itself.
  const y = f32x4.pmax(f32x4.mul(x, log2e), lowest);
  const t = f32x4.add(y, round);
  const f = f32x4.sub(y, f32x4.sub(t, round));
  const s = f32x4.mul(f, f);
  const p = madd(s, madd(s, madd(f, p5, p4), madd(f, p3, p2)), madd(f, p1, p0));
  return f32x4.mul(madd(f, p, one), i32x4.shl(t, 23));
}
