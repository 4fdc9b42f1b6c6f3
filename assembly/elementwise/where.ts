// y = cond ? a : b with broadcasting, on elements of four bytes (f32 or i32).  y: (n0, n1, n2, n3),
// dense; cond: u8, anything but 0 takes a; cond, a, b through strides (0 repeats), as in binary_f32.
// Range: outer rows.  y may alias a or b if that operand is dense.  Exact.
export function where_32(
  y: usize, cond: usize, a: usize, b: usize,
  n0: i32, n1: i32, n2: i32, n3: i32,
  c0: i32, c1: i32, c2: i32, c3: i32,
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
      y + ((<usize>(r * n3)) << 2),
      cond + <usize>(i0 * c0 + i1 * c1 + i2 * c2),
      a + ((<usize>(i0 * a0 + i1 * a1 + i2 * a2)) << 2),
      b + ((<usize>(i0 * b0 + i1 * b1 + i2 * b2)) << 2),
      n3, c3, a3, b3,
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

function row(y: usize, c: usize, a: usize, b: usize, n: i32, sc: i32, sa: i32, sb: i32): void {
  let i = 0;
  const body = n & ~3;
  if (sc == 1 && (sa == 0 || sa == 1) && (sb == 0 || sb == 1) && body > 0) {
    const zero = i32x4.splat(0);
    const ra = v128.load32_splat(a);
    const rb = v128.load32_splat(b);
    for (; i < body; i += 4) {
      const o = (<usize>i) << 2;
      const bytes = v128.load32_zero(c + <usize>i);
      const wide = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
      const va = sa ? v128.load(a + o) : ra;
      const vb = sb ? v128.load(b + o) : rb;
      v128.store(y + o, v128.bitselect(vb, va, i32x4.eq(wide, zero)));
    }
  }
  for (; i < n; i++) {
    const p = load<u8>(c + <usize>(i * sc)) ? a + ((<usize>(i * sa)) << 2) : b + ((<usize>(i * sb)) << 2);
    store<i32>(y + ((<usize>i) << 2), load<i32>(p));
  }
}
