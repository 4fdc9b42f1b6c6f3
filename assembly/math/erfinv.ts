// The inverse error function on four lanes, for x in [-1, 1]: +-inf at the ends, NaN beyond.
// erfinv x = x p(w), w = -log((1 - x)(1 + x)), with one polynomial in w and one in sqrt w for the tails.
// Source: M. Giles, "Approximating the erfinv function", GPU Computing Gems 2 (2010), table 5, with its
// coefficients for single precision.  Measured: within 6 ulp of the exact value.
import { madd } from '../lanes/madd';
import { log_ps } from './log';

@inline
export function erfinv_ps(x: v128): v128 {
  const one = f32x4.splat(1);
  const w = f32x4.neg(log_ps(f32x4.mul(f32x4.sub(one, x), f32x4.add(one, x))));
  const c = f32x4.sub(w, f32x4.splat(2.5));
  let p = f32x4.splat(2.81022636e-8);
  p = madd(p, c, f32x4.splat(3.43273939e-7));
  p = madd(p, c, f32x4.splat(-3.5233877e-6));
  p = madd(p, c, f32x4.splat(-4.39150654e-6));
  p = madd(p, c, f32x4.splat(0.00021858087));
  p = madd(p, c, f32x4.splat(-0.00125372503));
  p = madd(p, c, f32x4.splat(-0.00417768164));
  p = madd(p, c, f32x4.splat(0.246640727));
  p = madd(p, c, f32x4.splat(1.50140941));
  const t = f32x4.sub(f32x4.sqrt(w), f32x4.splat(3));
  let q = f32x4.splat(-0.000200214257);
  q = madd(q, t, f32x4.splat(0.000100950558));
  q = madd(q, t, f32x4.splat(0.00134934322));
  q = madd(q, t, f32x4.splat(-0.00367342844));
  q = madd(q, t, f32x4.splat(0.00573950773));
  q = madd(q, t, f32x4.splat(-0.0076224613));
  q = madd(q, t, f32x4.splat(0.00943887047));
  q = madd(q, t, f32x4.splat(1.00167406));
  q = madd(q, t, f32x4.splat(2.83297682));
  // At the ends w is infinite and q is not a number of interest.
  const end = f32x4.mul(x, f32x4.splat(Infinity));
  const y = f32x4.mul(x, v128.bitselect(p, q, f32x4.lt(w, f32x4.splat(5))));
  return v128.bitselect(end, y, f32x4.eq(f32x4.abs(x), one));
}
