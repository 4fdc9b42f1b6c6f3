// Piecewise activations: straight pieces, and the exponential left wings of the ELU family.  At a
// corner the slope is that of the left piece (HARDSWISH and HARDTANH: that of the flat one).
import { exp_ps } from '../math/exp';
import { expm1_ps } from '../math/expm1';
import { madd } from '../lanes/madd';
import { only, step } from './map';

@inline
function relu_ps(x: v128): v128 {
  return f32x4.pmax(x, f32x4.splat(0));
}

@inline
function above(x: v128, limit: v128): v128 {
  return f32x4.gt(x, limit);
}

@unmanaged
export class None {
  @inline apply(x: v128, a: v128, b: v128): v128 { return x; }
  @inline slope(x: v128, a: v128, b: v128): v128 { return f32x4.splat(1); }
}

@unmanaged
export class Relu {
  @inline apply(x: v128, a: v128, b: v128): v128 { return relu_ps(x); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return step(above(x, f32x4.splat(0))); }
}

@unmanaged
export class ReluSquared {
  @inline apply(x: v128, a: v128, b: v128): v128 { const r = relu_ps(x); return f32x4.mul(r, r); }
  @inline slope(x: v128, a: v128, b: v128): v128 { const r = relu_ps(x); return f32x4.add(r, r); }
}

@unmanaged
export class LeakyRelu {
  @inline apply(x: v128, a: v128, b: v128): v128 { return f32x4.mul(x, this.slope(x, a, b)); }
  @inline slope(x: v128, a: v128, b: v128): v128 {
    return v128.bitselect(f32x4.splat(1), a, above(x, f32x4.splat(0)));
  }
}

@unmanaged
export class Elu {
  @inline apply(x: v128, a: v128, b: v128): v128 {
    return v128.bitselect(x, f32x4.mul(a, expm1_ps(x)), above(x, f32x4.splat(0)));
  }
  @inline slope(x: v128, a: v128, b: v128): v128 {
    return v128.bitselect(f32x4.splat(1), f32x4.mul(a, exp_ps(x)), above(x, f32x4.splat(0)));
  }
}

@unmanaged
export class Selu {
  @inline apply(x: v128, a: v128, b: v128): v128 {
    return f32x4.mul(b, v128.bitselect(x, f32x4.mul(a, expm1_ps(x)), above(x, f32x4.splat(0))));
  }
  @inline slope(x: v128, a: v128, b: v128): v128 {
    return f32x4.mul(b, v128.bitselect(f32x4.splat(1), f32x4.mul(a, exp_ps(x)), above(x, f32x4.splat(0))));
  }
}

@unmanaged
export class Celu {
  @inline apply(x: v128, a: v128, b: v128): v128 {
    return v128.bitselect(x, f32x4.mul(a, expm1_ps(f32x4.div(x, a))), above(x, f32x4.splat(0)));
  }
  @inline slope(x: v128, a: v128, b: v128): v128 {
    return v128.bitselect(f32x4.splat(1), exp_ps(f32x4.div(x, a)), above(x, f32x4.splat(0)));
  }
}

@unmanaged
export class Hardtanh {
  @inline apply(x: v128, a: v128, b: v128): v128 { return f32x4.pmin(f32x4.pmax(x, a), b); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return step(v128.and(above(x, a), above(b, x))); }
}

@unmanaged
export class Hardsigmoid {
  @inline apply(x: v128, a: v128, b: v128): v128 {
    return f32x4.pmin(f32x4.pmax(madd(a, x, b), f32x4.splat(0)), f32x4.splat(1));
  }
  @inline slope(x: v128, a: v128, b: v128): v128 {
    const y = madd(a, x, b);
    return only(a, v128.and(above(y, f32x4.splat(0)), above(f32x4.splat(1), y)));
  }
}

@unmanaged
export class Hardswish {
  @inline apply(x: v128, a: v128, b: v128): v128 {
    const lifted = f32x4.pmax(f32x4.add(x, f32x4.splat(3)), f32x4.splat(0));
    const c = f32x4.pmax(x, f32x4.splat(-3)); // -inf * 0 would be NaN
    return f32x4.mul(c, f32x4.div(f32x4.pmin(lifted, f32x4.splat(6)), f32x4.splat(6)));
  }
  @inline slope(x: v128, a: v128, b: v128): v128 {
    const inner = f32x4.add(f32x4.div(x, f32x4.splat(3)), f32x4.splat(0.5));
    const left = only(inner, above(x, f32x4.splat(-3)));
    return v128.bitselect(left, f32x4.splat(1), above(f32x4.splat(3), x));
  }
}

@unmanaged
export class Threshold {
  @inline apply(x: v128, a: v128, b: v128): v128 { return v128.bitselect(b, x, f32x4.le(x, a)); }
  @inline slope(x: v128, a: v128, b: v128): v128 { return step(above(x, a)); }
}

@unmanaged
export class Hardshrink {
  @inline apply(x: v128, a: v128, b: v128): v128 {
    return v128.andnot(x, f32x4.le(f32x4.abs(x), a));
  }
  @inline slope(x: v128, a: v128, b: v128): v128 { return step(above(f32x4.abs(x), a)); }
}

@unmanaged
export class Softshrink {
  @inline apply(x: v128, a: v128, b: v128): v128 {
    // towards zero by alpha: what is inside [-alpha, alpha] is taken away whole
    return f32x4.sub(x, f32x4.pmax(f32x4.pmin(x, a), f32x4.neg(a)));
  }
  @inline slope(x: v128, a: v128, b: v128): v128 { return step(above(f32x4.abs(x), a)); }
}
