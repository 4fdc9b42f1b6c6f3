// The smooth activations.
import { expNonPositive, exp_ps } from '../math/exp';
import { log1p_ps } from '../math/log';
import { sigmoid_ps } from '../math/sigmoid';
import { tanh_ps } from '../math/tanh';
import {
  gelu_ps, gelu_slope_ps, gelu_tanh_ps, gelu_tanh_slope_ps, quick_gelu_ps, quick_gelu_slope_ps, silu_ps,
  silu_slope_ps,
} from './gate';

@unmanaged
export class Gelu {
  @inline apply(x: v128, a: v128, b: v128): v128 { return gelu_ps(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return gelu_slope_ps(x); }
}

@unmanaged
export class GeluTanh {
  @inline apply(x: v128, a: v128, b: v128): v128 { return gelu_tanh_ps(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return gelu_tanh_slope_ps(x); }
}

@unmanaged
export class QuickGelu {
  @inline apply(x: v128, a: v128, b: v128): v128 { return quick_gelu_ps(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return quick_gelu_slope_ps(x); }
}

@unmanaged
export class Silu {
  @inline apply(x: v128, a: v128, b: v128): v128 { return silu_ps(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return silu_slope_ps(x); }
}

/** z / (1 + z)^2 with z = e^-|x|: the slope of the sigmoid, right in both tails. */
@inline
function sigmoidSlope(x: v128): v128 {
  const z = expNonPositive(v128.or(x, f32x4.splat(-0.0)));
  const d = f32x4.add(z, f32x4.splat(1));
  return f32x4.div(z, f32x4.mul(d, d));
}

@unmanaged
export class Tanh {
  @inline apply(x: v128, a: v128, b: v128): v128 { return tanh_ps(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 {
    return f32x4.mul(f32x4.splat(4), sigmoidSlope(f32x4.add(x, x)));
  }
}

@unmanaged
export class Sigmoid {
  @inline apply(x: v128, a: v128, b: v128): v128 { return sigmoid_ps(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return sigmoidSlope(x); }
}

@unmanaged
export class Tanhshrink {
  @inline apply(x: v128, a: v128, b: v128): v128 { return f32x4.sub(x, tanh_ps(x)); }
  @inline slope(x: v128, a: v128, b: v128): v128 { const t = tanh_ps(x); return f32x4.mul(t, t); }
}

@unmanaged
export class Softsign {
  @inline apply(x: v128, a: v128, b: v128): v128 {
    const largest = f32x4.splat(f32.MAX_VALUE); // inf / inf would be NaN
    const c = f32x4.pmin(f32x4.pmax(x, f32x4.neg(largest)), largest);
    return f32x4.div(c, f32x4.add(f32x4.abs(c), f32x4.splat(1)));
  }
  @inline slope(x: v128, a: v128, b: v128): v128 {
    const r = f32x4.div(f32x4.splat(1), f32x4.add(f32x4.abs(x), f32x4.splat(1)));
    return f32x4.mul(r, r);
  }
}

/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|) */
@inline
function softplus(x: v128): v128 {
  const z = expNonPositive(v128.or(x, f32x4.splat(-0.0)));
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1p_ps(z));
}

@unmanaged
export class Softplus {
  @inline apply(x: v128, a: v128, b: v128): v128 {
    const ax = f32x4.mul(a, x);
    return v128.bitselect(x, f32x4.div(softplus(ax), a), f32x4.gt(ax, b));
  }
  @inline slope(x: v128, a: v128, b: v128): v128 {
    const ax = f32x4.mul(a, x);
    return v128.bitselect(f32x4.splat(1), sigmoid_ps(ax), f32x4.gt(ax, b));
  }
}

@unmanaged
export class LogSigmoid {
  @inline apply(x: v128, a: v128, b: v128): v128 { return f32x4.neg(softplus(f32x4.neg(x))); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return sigmoid_ps(f32x4.neg(x)); }
}

/** e^x cut off where tanh(log(1 + e^x)) has long been 1, so that its fourth power is finite. */
@inline
function mishExp(x: v128): v128 {
  return exp_ps(f32x4.pmin(x, f32x4.splat(20)));
}

/** With e = e^x and n = e (e + 2), tanh(log(1 + e)) = n / (n + 2): nothing cancels. */
@unmanaged
export class Mish {
  @inline apply(x: v128, a: v128, b: v128): v128 {
    const e = mishExp(x);
    const n = f32x4.mul(e, f32x4.add(e, f32x4.splat(2)));
    const c = f32x4.pmax(x, f32x4.splat(-110)); // -inf * 0 would be NaN
    return f32x4.mul(c, f32x4.div(n, f32x4.add(n, f32x4.splat(2))));
  }
  /** n / (n + 2) + 4 x e (1 + e) / (n + 2)^2 */
  @inline slope(x: v128, a: v128, b: v128): v128 {
    const e = mishExp(x);
    const n = f32x4.mul(e, f32x4.add(e, f32x4.splat(2)));
    const d = f32x4.add(n, f32x4.splat(2));
    const c = f32x4.pmax(f32x4.pmin(x, f32x4.splat(1e6)), f32x4.splat(-110));
    const rise = f32x4.div(f32x4.mul(f32x4.mul(f32x4.splat(4), e), f32x4.add(e, f32x4.splat(1))), f32x4.mul(d, d));
    return f32x4.add(f32x4.div(n, d), f32x4.mul(c, rise));
  }
}
