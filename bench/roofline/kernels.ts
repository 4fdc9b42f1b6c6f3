// The machine's limits, each by a loop that does one thing as fast as 128-bit SIMD can.  Compiled by
// limits.mjs, not part of the package.  Sums are returned or stored, so that nothing is removed.

/** c + a b on four lanes, as the package's kernels do it in each variant. */
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    return f32x4.relaxed_madd(a, b, c);
  } else {
    return f32x4.add(c, f32x4.mul(a, b));
  }
}

/**
 * Multiply-adds: n steps of twelve, a = a y + z on twelve independent values.  Twelve hide the latency of a
 * multiplication and an addition; they, y, z and a product fill the sixteen registers of x86-64.
 */
export function madds(page: usize, n: i32): f32 {
  const y = v128.load(page), z = v128.load(page, 16);
  let a0 = z, a1 = y, a2 = z, a3 = y, a4 = z, a5 = y, a6 = z, a7 = y, a8 = z, a9 = y, aa = z, ab = y;
  while (n > 0) {
    a0 = madd(a0, y, z), a1 = madd(a1, y, z), a2 = madd(a2, y, z), a3 = madd(a3, y, z);
    a4 = madd(a4, y, z), a5 = madd(a5, y, z), a6 = madd(a6, y, z), a7 = madd(a7, y, z);
    a8 = madd(a8, y, z), a9 = madd(a9, y, z), aa = madd(aa, y, z), ab = madd(ab, y, z);
    n--;
  }
  const s = f32x4.add(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)), f32x4.add(f32x4.add(a4, a5), f32x4.add(a6, a7)));
  return f32x4.extract_lane(f32x4.add(s, f32x4.add(f32x4.add(a8, a9), f32x4.add(aa, ab))), 0);
}

/** Integer dot products: n steps of six; 16 multiply-adds of i8 a step in the relaxed build, 8 of i16 else. */
export function dots(page: usize, n: i32): i32 {
  const y0 = v128.load(page), y1 = v128.load(page, 16), y2 = v128.load(page, 32);
  let a0 = y0, a1 = y1, a2 = y2, b0 = y2, b1 = y1, b2 = y0;
  let p = page;
  const end = page + 2048;
  while (n > 0) {
    const u = v128.load(p), v = v128.load(p, 16);
    a0 = dot(u, y0, a0), a1 = dot(u, y1, a1), a2 = dot(u, y2, a2);
    b0 = dot(v, y0, b0), b1 = dot(v, y1, b1), b2 = dot(v, y2, b2);
    p += 32;
    if (p >= end) p = page;
    n--;
  }
  const s = i32x4.add(i32x4.add(i32x4.add(a0, a1), a2), i32x4.add(i32x4.add(b0, b1), b2));
  return i32x4.extract_lane(s, 0);
}

@inline
function dot(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    return i32x4.add(c, i32x4.extadd_pairwise_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(a, b)));
  } else {
    return i32x4.add(c, i32x4.dot_i16x8_s(a, b));
  }
}

/** Multiply-adds of one step of dots. */
export function dots_per_step(): i32 {
  return ASC_FEATURE_RELAXED_SIMD ? 6 * 16 : 6 * 8;
}

/** Reads [p, p + bytes) once, in order; bytes is a multiple of 128. */
export function stream(p: usize, bytes: usize): i32 {
  let a = i32x4.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  const end = p + bytes;
  while (p < end) {
    a = v128.or(a, v128.load(p)), b = v128.or(b, v128.load(p, 16));
    c = v128.or(c, v128.load(p, 32)), d = v128.or(d, v128.load(p, 48));
    e = v128.or(e, v128.load(p, 64)), f = v128.or(f, v128.load(p, 80));
    g = v128.or(g, v128.load(p, 96)), h = v128.or(h, v128.load(p, 112));
    p += 128;
  }
  const s = v128.or(v128.or(v128.or(a, b), v128.or(c, d)), v128.or(v128.or(e, f), v128.or(g, h)));
  return i32x4.extract_lane(s, 0);
}
