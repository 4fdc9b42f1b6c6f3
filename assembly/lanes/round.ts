// Floats to integers, for quantised activations: the sum of a float below 2^22 and 1.5 2^23 has the nearest
// integer, ties to even, in its low bits.

/** 1.5 2^23 */
export const MAGIC: f32 = 12582912;

// From memory, because V8 makes three instructions of a constant wherever it is used, and keeps in a register
// what it has loaded.
// @ts-ignore: decorator
@lazy
const SPLATS: usize = memory.data<i32>([0x4b400000, 0x7fffffff, 0x007f007f]);

/** MAGIC in every lane. */
@inline
export function magic(): v128 {
  return v128.load_splat<i32>(SPLATS);
}

/** All bits of a float but its sign. */
@inline
export function magnitude(): v128 {
  return v128.load_splat<i32>(SPLATS, 4);
}

/** 127 in lanes of 16 bits. */
@inline
export function most7(): v128 {
  return v128.load_splat<i32>(SPLATS, 8);
}

/** The integers of v times scale, plus MAGIC's bits less `shift`. */
@inline
export function rounded(v: v128, scale: v128, add: v128, shift: v128): v128 {
  return i32x4.sub(f32x4.add(f32x4.mul(v, scale), add), shift);
}

/** The largest of four lanes that hold the bits of floats of one sign; a NaN is larger than infinity. */
@inline
export function maxBits(v: v128): i32 {
  const pair = i32x4.max_u(v, v128.shuffle<i32>(v, v, 2, 3, 2, 3));
  return i32x4.extract_lane(i32x4.max_u(pair, v128.shuffle<i32>(pair, pair, 1, 1, 1, 1)), 0);
}
