// The machine's limits, each by a loop that does one thing as fast as 128-bit SIMD can.  Compiled by
// limits.mjs, not part of the package.  Sums are returned or stored, so that nothing is removed.
//
// How many multiplications and additions a processor finishes in a cycle depends on what waits for what.  A loop
// that adds each product to a sum settles in one of several rhythms, the usual one a fifth below what the units can
// do.  So the operations are independent here: nothing that needs them as they are in a product can be faster.

/**
 * Multiply-adds as two operations: n steps of six multiplications and six additions of four lanes.  Six of each hide
 * a latency of three cycles with two units; twelve values and two operands leave no register of V8's fifteen on
 * x86-64 to be spilled.
 */
export function separate(page: usize, n: i32): f32 {
  const y = v128.load(page), z = v128.load(page, 16);
  let a0 = y, a1 = z, a2 = y, a3 = z, a4 = y, a5 = z, b0 = y, b1 = z, b2 = y, b3 = z, b4 = y, b5 = z;
  while (n > 0) {
    a0 = f32x4.mul(a0, y), a1 = f32x4.mul(a1, y), a2 = f32x4.mul(a2, y);
    a3 = f32x4.mul(a3, y), a4 = f32x4.mul(a4, y), a5 = f32x4.mul(a5, y);
    b0 = f32x4.add(b0, z), b1 = f32x4.add(b1, z), b2 = f32x4.add(b2, z);
    b3 = f32x4.add(b3, z), b4 = f32x4.add(b4, z), b5 = f32x4.add(b5, z);
    n--;
  }
  const a = f32x4.add(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)), f32x4.add(a4, a5));
  const b = f32x4.add(f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3)), f32x4.add(b4, b5));
  return f32x4.extract_lane(f32x4.add(a, b), 0);
}

/** Multiply-adds as one operation where there is one: n steps of twelve, a = a y + z on twelve values. */
export function fused(page: usize, n: i32): f32 {
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

/** c + a b on four lanes, as the package's kernels do it in each variant. */
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    return f32x4.relaxed_madd(a, b, c);
  } else {
    return f32x4.add(c, f32x4.mul(a, b));
  }
}

/** Integer dot products: n steps of six and of six additions to sums. */
export function dots(page: usize, n: i32): i32 {
  const y = v128.load(page), z = v128.load(page, 16);
  let a0 = y, a1 = z, a2 = y, a3 = z, a4 = y, a5 = z, b0 = y, b1 = z, b2 = y, b3 = z, b4 = y, b5 = z;
  while (n > 0) {
    a0 = dot(a0, y), a1 = dot(a1, y), a2 = dot(a2, y), a3 = dot(a3, y), a4 = dot(a4, y), a5 = dot(a5, y);
    b0 = i32x4.add(b0, term(a0, z)), b1 = i32x4.add(b1, term(a1, z)), b2 = i32x4.add(b2, term(a2, z));
    b3 = i32x4.add(b3, term(a3, z)), b4 = i32x4.add(b4, term(a4, z)), b5 = i32x4.add(b5, term(a5, z));
    n--;
  }
  const a = i32x4.add(i32x4.add(i32x4.add(a0, a1), i32x4.add(a2, a3)), i32x4.add(a4, a5));
  const b = i32x4.add(i32x4.add(i32x4.add(b0, b1), i32x4.add(b2, b3)), i32x4.add(b4, b5));
  return i32x4.extract_lane(i32x4.add(a, b), 0);
}

@inline
function dot(a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    return i16x8.relaxed_dot_i8x16_i7x16_s(a, b);
  } else {
    return i32x4.dot_i16x8_s(a, b);
  }
}

/** What is added to a sum: in the relaxed build a dot product is 16 bits wide, and widening it is work of its kind. */
@inline
function term(product: v128, other: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    return i32x4.extadd_pairwise_i16x8_s(product);
  } else {
    return other;
  }
}

/** Multiply-adds of one step of dots: 16 of i8 a dot product in the relaxed build, 8 of i16 else. */
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

/**
 * The same, bytes a multiple of 16 KiB, but four pages at a time are asked for half a megabyte before they are read, as
 * the package's kernels ask for weights: nothing waits for a walk through page tables.  Reads as far behind the end.
 */
export function stream_ahead(p: usize, bytes: usize): i32 {
  let found = 0;
  for (const end = p + bytes; p < end; p += 16384) {
    const q = p + (1 << 19);
    load<u8>(q), load<u8>(q, 4096), load<u8>(q, 8192), load<u8>(q, 12288);
    found |= stream(p, 16384);
  }
  return found;
}
