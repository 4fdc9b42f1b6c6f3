// y = a (op) b with broadcasting.  y: (n0, n1, n2, n3) f32, dense; a, b: the same shape seen through
// strides, where stride 0 repeats (a scalar operand is one with four zeros).  Range: outer rows,
// 0 <= begin <= end <= n0 n1 n2.  y may alias a or b if that operand is dense.
//
// add sub mul div: correctly rounded.  max min: NaN if either is NaN (torch.maximum, torch.minimum).
// pow: nearest f32 but for about one case in a million; IEEE special cases.  remainder has the sign of
// b (torch.remainder), fmod that of a (torch.fmod); fmod is exact.
import { pow_64 } from '../math/double';
import { Binary } from './kinds';

export function binary_f32(
  y: usize, a: usize, b: usize, kind: i32,
  n0: i32, n1: i32, n2: i32, n3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  begin: i32, end: i32,
): void {
  if (begin >= end) return; // nothing asked for, and a size may be zero
  let i2 = begin % n2;
  let i1 = begin / n2 % n1;
  let i0 = begin / n2 / n1;
  for (let r = begin; r < end; r++) {
    row(
      kind,
      y + ((<usize>(r * n3)) << 2),
      a + ((<usize>(i0 * a0 + i1 * a1 + i2 * a2)) << 2),
      b + ((<usize>(i0 * b0 + i1 * b1 + i2 * b2)) << 2),
      n3, a3, b3,
    );
    if (++i2 == n2) {
      i2 = 0;
      if (++i1 == n1) {
        i1 = 0;
        i0++;
      }
    }
  }
}

/** Picks the loop once a row; each has its operation compiled in. */
function row(kind: i32, y: usize, a: usize, b: usize, n: i32, sa: i32, sb: i32): void {
  switch (kind) {
    case Binary.add: { vectorRow(Binary.add, y, a, b, n, sa, sb); break; }
    case Binary.sub: { vectorRow(Binary.sub, y, a, b, n, sa, sb); break; }
    case Binary.mul: { vectorRow(Binary.mul, y, a, b, n, sa, sb); break; }
    case Binary.div: { vectorRow(Binary.div, y, a, b, n, sa, sb); break; }
    case Binary.max: { vectorRow(Binary.max, y, a, b, n, sa, sb); break; }
    case Binary.min: { vectorRow(Binary.min, y, a, b, n, sa, sb); break; }
    default: scalarRow(kind, y, a, b, n, sa, sb);
  }
}

@inline
function lanes(kind: i32, a: v128, b: v128): v128 {
  if (kind == Binary.add) return f32x4.add(a, b);
  if (kind == Binary.sub) return f32x4.sub(a, b);
  if (kind == Binary.mul) return f32x4.mul(a, b);
  if (kind == Binary.div) return f32x4.div(a, b);
  if (kind == Binary.max) return f32x4.max(a, b);
  return f32x4.min(a, b);
}

/** Four lanes at a time where both operands are dense or repeated; the rest one by one. */
@inline
function vectorRow(kind: i32, y: usize, a: usize, b: usize, n: i32, sa: i32, sb: i32): void {
  let i = 0;
  const body = n & ~3;
  if (sa == 1 && sb == 1) {
    for (; i < body; i += 4) {
      const o = (<usize>i) << 2;
      v128.store(y + o, lanes(kind, v128.load(a + o), v128.load(b + o)));
    }
  } else if (sa == 1 && sb == 0 && body > 0) {
    const vb = v128.load32_splat(b);
    for (; i < body; i += 4) {
      const o = (<usize>i) << 2;
      v128.store(y + o, lanes(kind, v128.load(a + o), vb));
    }
  } else if (sa == 0 && sb == 1 && body > 0) {
    const va = v128.load32_splat(a);
    for (; i < body; i += 4) {
      const o = (<usize>i) << 2;
      v128.store(y + o, lanes(kind, va, v128.load(b + o)));
    }
  }
  for (; i < n; i++) {
    const va = v128.load32_splat(a + ((<usize>(i * sa)) << 2));
    const vb = v128.load32_splat(b + ((<usize>(i * sb)) << 2));
    v128.store_lane<f32>(y + ((<usize>i) << 2), lanes(kind, va, vb), 0);
  }
}

function scalarRow(kind: i32, y: usize, a: usize, b: usize, n: i32, sa: i32, sb: i32): void {
  for (let i = 0; i < n; i++) {
    const va = load<f32>(a + ((<usize>(i * sa)) << 2));
    const vb = load<f32>(b + ((<usize>(i * sb)) << 2));
    let v: f32;
    if (kind == Binary.pow) {
      v = <f32>pow_64(va, vb);
    } else {
      v = va % vb;
      if (kind == Binary.remainder && v != 0 && v < 0 != vb < 0) v += vb;
    }
    store<f32>(y + ((<usize>i) << 2), v);
  }
}
