// y = a (lt le gt ge eq ne) b with broadcasting, 1 or 0.  y: (n0, n1, n2, n3) u8, dense; a, b: f32
// through strides, as in binary_f32.  Range: outer rows.  Exact; a comparison with NaN is 0, but ne is 1.
import { Compare } from './kinds';

export function compare_f32(
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
    const ya = y + <usize>(r * n3);
    const pa = a + ((<usize>(i0 * a0 + i1 * a1 + i2 * a2)) << 2);
    const pb = b + ((<usize>(i0 * b0 + i1 * b1 + i2 * b2)) << 2);
    switch (kind) {
      case Compare.lt: { row(Compare.lt, ya, pa, pb, n3, a3, b3); break; }
      case Compare.le: { row(Compare.le, ya, pa, pb, n3, a3, b3); break; }
      case Compare.gt: { row(Compare.lt, ya, pb, pa, n3, b3, a3); break; }
      case Compare.ge: { row(Compare.le, ya, pb, pa, n3, b3, a3); break; }
      case Compare.eq: { row(Compare.eq, ya, pa, pb, n3, a3, b3); break; }
      default: row(Compare.ne, ya, pa, pb, n3, a3, b3);
    }
    if (++i2 == n2) {
      i2 = 0;
      if (++i1 == n1) {
        i1 = 0;
        i0++;
      }
    }
  }
}

@inline
function lanes(kind: i32, a: v128, b: v128): v128 {
  if (kind == Compare.lt) return f32x4.lt(a, b);
  if (kind == Compare.le) return f32x4.le(a, b);
  if (kind == Compare.eq) return f32x4.eq(a, b);
  return f32x4.ne(a, b);
}

/** Four lanes where each operand is dense or repeated; the rest one by one. */
@inline
function row(kind: i32, y: usize, a: usize, b: usize, n: i32, sa: i32, sb: i32): void {
  let i = 0;
  const body = n & ~3;
  if ((sa == 0 || sa == 1) && (sb == 0 || sb == 1) && body > 0) {
    const ones = i8x16.splat(1);
    const ra = v128.load32_splat(a);
    const rb = v128.load32_splat(b);
    for (; i < body; i += 4) {
      const o = (<usize>i) << 2;
      const va = sa ? v128.load(a + o) : ra;
      const vb = sb ? v128.load(b + o) : rb;
      const m = v128.and(lanes(kind, va, vb), ones);
      // [m0 m0 m0 m0 m1 ...] bytes => m0 m1 m2 m3 in the lowest four
      v128.store_lane<u32>(y + <usize>i, v128.shuffle<u8>(m, m, 0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0);
    }
  }
  for (; i < n; i++) {
    const va = v128.load32_splat(a + ((<usize>(i * sa)) << 2));
    const vb = v128.load32_splat(b + ((<usize>(i * sb)) << 2));
    store<u8>(y + <usize>i, i32x4.extract_lane(lanes(kind, va, vb), 0) & 1);
  }
}
