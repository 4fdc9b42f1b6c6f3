// The activations x s(x) whose s rises from 0 to 1 with s(x) + s(-x) = 1: GELU, its two cheaper
// forms, and SiLU.  With t = |x| and the tail s(-t), x s(x) = max(x, 0) - t s(-t): one path for both
// signs, in which nothing cancels on the left.  t is cut off where the tail has reached 0, so that
// both infinities come out right; NaN stays NaN.
import { madd } from '../lanes/madd';
import { expNonPositive } from '../math/exp';
import { TAIL_END, gauss_ps, millsHalf_ps } from '../math/normal';

const SQRT_2_OVER_PI: f32 = 0.7978845608028654;
const CUBIC: f32 = 0.044715;

@inline
function magnitude(x: v128, end: f32): v128 {
  return f32x4.pmin(f32x4.abs(x), f32x4.splat(end));
}

@inline
function positive(x: v128): v128 {
  return f32x4.pmax(x, f32x4.splat(0));
}

/** sigmoid(-v), v >= 0 */
@inline
function logisticTail(v: v128): v128 {
  const z = expNonPositive(f32x4.neg(v));
  return f32x4.div(z, f32x4.add(z, f32x4.splat(1)));
}

/** x P(X < x), X normal (D. Hendrycks and K. Gimpel, "Gaussian Error Linear Units", 2016). */
@inline
export function gelu_ps(x: v128): v128 {
  const t = magnitude(x, TAIL_END);
  return f32x4.sub(positive(x), f32x4.mul(t, f32x4.mul(gauss_ps(t), millsHalf_ps(t))));
}

/** 2 sqrt(2 / pi) (t + 0.044715 t^3): the argument of the sigmoid that is (1 + tanh) / 2. */
@inline
function tanhArgument(t: v128): v128 {
  const cubic = f32x4.mul(f32x4.mul(t, t), f32x4.splat(2 * SQRT_2_OVER_PI * CUBIC));
  return f32x4.mul(t, f32x4.add(cubic, f32x4.splat(2 * SQRT_2_OVER_PI)));
}

/** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, the same paper's first approximation. */
@inline
export function gelu_tanh_ps(x: v128): v128 {
  const t = magnitude(x, 12);
  return f32x4.sub(positive(x), f32x4.mul(t, logisticTail(tanhArgument(t))));
}

/** x sigmoid(1.702 x), the same paper's second. */
@inline
export function quick_gelu_ps(x: v128): v128 {
  const t = magnitude(x, 64);
  return f32x4.sub(positive(x), f32x4.mul(t, logisticTail(f32x4.mul(t, f32x4.splat(1.702)))));
}

/** x sigmoid(x) (S. Elfwing, E. Uchibe and K. Doya, 2017; also called swish). */
@inline
export function silu_ps(x: v128): v128 {
  const t = magnitude(x, 104);
  return f32x4.sub(positive(x), f32x4.mul(t, logisticTail(t)));
}

/** The derivative from that at -t, which is d: d itself on the left, 1 - d on the right. */
@inline
function bySign(x: v128, d: v128): v128 {
  return v128.bitselect(d, f32x4.sub(f32x4.splat(1), d), f32x4.lt(x, f32x4.splat(0)));
}

/** s(-t) - t s'(-t) where s is the sigmoid of an argument v(t) with the derivative dv. */
@inline
function logisticSlope(t: v128, v: v128, dv: v128): v128 {
  const w = logisticTail(v);
  const slope = f32x4.mul(f32x4.sub(w, f32x4.mul(w, w)), f32x4.mul(t, dv));
  return f32x4.sub(w, slope);
}

@inline
export function gelu_slope_ps(x: v128): v128 {
  const t = magnitude(x, TAIL_END);
  const density = f32x4.mul(t, f32x4.splat(0.3989422804014327)); // t / sqrt(2 pi)
  return bySign(x, f32x4.mul(gauss_ps(t), f32x4.sub(millsHalf_ps(t), density)));
}

@inline
export function gelu_tanh_slope_ps(x: v128): v128 {
  const t = magnitude(x, 12);
  const square = f32x4.mul(f32x4.mul(t, t), f32x4.splat(6 * SQRT_2_OVER_PI * CUBIC));
  return bySign(x, logisticSlope(t, tanhArgument(t), f32x4.add(square, f32x4.splat(2 * SQRT_2_OVER_PI))));
}

@inline
export function quick_gelu_slope_ps(x: v128): v128 {
  const t = magnitude(x, 64);
  const k = f32x4.splat(1.702);
  return bySign(x, logisticSlope(t, f32x4.mul(t, k), k));
}

@inline
export function silu_slope_ps(x: v128): v128 {
  const t = magnitude(x, 104);
  return bySign(x, logisticSlope(t, t, f32x4.splat(1)));
}
