// The elementwise functions that are no activations but share the kernel.
import { erf_ps } from '../math/erf';
import { exp_ps } from '../math/exp';
import { expm1_ps } from '../math/expm1';
import { log1p_ps, log_ps } from '../math/log';
import { cos_ps, sin_ps } from '../math/trig';

@inline
function one(): v128 {
  return f32x4.splat(1);
}

@unmanaged
export class Exp {
  @inline apply(x: v128, a: v128, b: v128): v128 { return exp_ps(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return exp_ps(x); }
}

@unmanaged
export class Expm1 {
  @inline apply(x: v128, a: v128, b: v128): v128 { return expm1_ps(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return exp_ps(x); }
}

@unmanaged
export class Log {
  @inline apply(x: v128, a: v128, b: v128): v128 { return log_ps(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return f32x4.div(one(), x); }
}

@unmanaged
export class Log1p {
  @inline apply(x: v128, a: v128, b: v128): v128 { return log1p_ps(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return f32x4.div(one(), f32x4.add(one(), x)); }
}

@unmanaged
export class Erf {
  @inline apply(x: v128, a: v128, b: v128): v128 { return erf_ps(x); }
  /** 2 / sqrt(pi) e^(-x^2) */
  @inline slope(x: v128, a: v128, b: v128): v128 {
    return f32x4.mul(f32x4.splat(1.1283791670955126), exp_ps(f32x4.neg(f32x4.mul(x, x))));
  }
}

@unmanaged
export class Sin {
  @inline apply(x: v128, a: v128, b: v128): v128 { return sin_ps(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return cos_ps(x); }
}

@unmanaged
export class Cos {
  @inline apply(x: v128, a: v128, b: v128): v128 { return cos_ps(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return f32x4.neg(sin_ps(x)); }
}

@unmanaged
export class Sqrt {
  @inline apply(x: v128, a: v128, b: v128): v128 { return f32x4.sqrt(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return f32x4.div(f32x4.splat(0.5), f32x4.sqrt(x)); }
}

@unmanaged
export class Rsqrt {
  @inline apply(x: v128, a: v128, b: v128): v128 { return f32x4.div(one(), f32x4.sqrt(x)); }
  @inline slope(x: v128, a: v128, b: v128): v128 {
    return f32x4.div(f32x4.div(f32x4.splat(-0.5), x), f32x4.sqrt(x));
  }
}

@unmanaged
export class Reciprocal {
  @inline apply(x: v128, a: v128, b: v128): v128 { return f32x4.div(one(), x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return f32x4.div(f32x4.div(f32x4.splat(-1), x), x); }
}

@unmanaged
export class Square {
  @inline apply(x: v128, a: v128, b: v128): v128 { return f32x4.mul(x, x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return f32x4.add(x, x); }
}

@unmanaged
export class Neg {
  @inline apply(x: v128, a: v128, b: v128): v128 { return f32x4.neg(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return f32x4.splat(-1); }
}

/** -1 or 1 with the sign of x; x itself where it is a zero or NaN. */
@inline
function sign_ps(x: v128): v128 {
  const unit = v128.or(one(), v128.and(x, f32x4.splat(-0.0)));
  return v128.bitselect(unit, x, f32x4.gt(f32x4.abs(x), f32x4.splat(0)));
}

@unmanaged
export class Abs {
  @inline apply(x: v128, a: v128, b: v128): v128 { return f32x4.abs(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return sign_ps(x); }
}

/** What is constant but for jumps. */
@unmanaged
export class Flat {
  @inline slope(x: v128, a: v128, b: v128): v128 { return f32x4.splat(0); }
}

@unmanaged
export class Sign {
  @inline apply(x: v128, a: v128, b: v128): v128 { return sign_ps(x); }
}

@unmanaged
export class Floor {
  @inline apply(x: v128, a: v128, b: v128): v128 { return f32x4.floor(x); }
}

@unmanaged
export class Ceil {
  @inline apply(x: v128, a: v128, b: v128): v128 { return f32x4.ceil(x); }
}

@unmanaged
export class Round {
  @inline apply(x: v128, a: v128, b: v128): v128 { return f32x4.nearest(x); }
}

@unmanaged
export class Trunc {
  @inline apply(x: v128, a: v128, b: v128): v128 { return f32x4.trunc(x); }
}
