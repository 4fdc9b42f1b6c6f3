// Weights times activations, both in -127..127, which the relaxed product of bytes leaves to the host: in every variant
// by products of 16 bits, in the way of quads.ts.  A vector has four k of four channels, their bytes two by two as lanes
// 256 q1 + u0 with u0 = q0 + 128, and is multiplied by x1, then its low bytes by 256 x0 - x1, within 16 bits:
//
//    (256 q1 + u0) x1 + u0 (256 x0 - x1) = 256 (q1 x1 + u0 x0)
//
// A sum over 32 k is within 32 bits.  It begins with what takes the 128s away again, of activations alone.

/** What is kept of the weight of this k, and the weight of what is kept. */
@inline
export function pairByte(q: i32, k: i32): i32 {
  return k & 1 ? q : q ^ -128;
}

// From memory, for the reason given in nibbles.ts.
// @ts-ignore: decorator
@lazy
const LOW: usize = memory.data<u16>([0x00ff]);

/** What lowPairs wants. */
@inline
export function lowMask(): v128 {
  return v128.load_splat<u16>(LOW);
}

/** What the second step of activations is multiplied by; the first is multiplied by the vector itself. */
@inline
export function lowPairs(v: v128, low: v128): v128 {
  return v128.and(v, low);
}

/** c + the products of a vector with both steps. */
@inline
export function dotPairs(v: v128, x1: v128, x0: v128, low: v128, c: v128): v128 {
  c = i32x4.add(i32x4.dot_i16x8_s(v, x1), c);
  return i32x4.add(i32x4.dot_i16x8_s(lowPairs(v, low), x0), c);
}

/** Where a sum begins, given the sum of the activations of even k. */
@inline
export function pairsStart(even: i32): i32 {
  return even * -(128 << 8);
}

/** What has been summed up. */
@inline
export function pairsSum(c: v128): v128 {
  return i32x4.shr_s(c, 8);
}

/** Stores eight activations, given in lanes of 16 bits, as two vectors want them: both steps of one, of the other. */
@inline
export function storePairs(p: usize, v: v128): void {
  // x1 x3 256x0 256x2 of each four
  const x = v128.shuffle<i8>(v, i16x8.splat(0), 2, 3, 6, 7, 16, 0, 16, 4, 10, 11, 14, 15, 16, 8, 16, 12);
  v128.store(p, i16x8.sub(x, i64x2.shl(x, 32)));
}
