// Weights of 4 bits, 0..15, of four channels and eight k in one vector, which a mask and shifts turn into steps
// (dot.ts): bits 0..3 of every lane are the first step, bits 4..7 the second.  The default variant has
// lanes of 16 bits, two a channel, and four steps; the relaxed one lanes of 8 bits, four a channel, and two.
import { storeActivations } from './dot';

/** Steps of a vector. */
// @ts-ignore: decorator
@inline
export const NIBBLE_STEPS: i32 = ASC_FEATURE_RELAXED_SIMD ? 2 : 4;

/** The byte of weight k, 0..7, of channel 0..3. */
@inline
export function nibbleByte(channel: i32, k: i32): i32 {
  return ASC_FEATURE_RELAXED_SIMD ? channel * 4 + (k & 3) : channel * 4 + (k & 1) * 2 + (k >> 2);
}

/** The place in that byte: 0 or 4. */
@inline
export function nibbleShift(k: i32): i32 {
  return ASC_FEATURE_RELAXED_SIMD ? k & 4 : (k & 2) << 1;
}

// The masks come from memory, because V8 makes three instructions of a constant wherever it is used, and
// keeps in a register what it has loaded.
// @ts-ignore: decorator
@lazy
const MASKS: usize = ASC_FEATURE_RELAXED_SIMD
  ? memory.data<u16>([0x0f0f, 0x0f0f, 0x0f0f, 0, 0, 0xffff])
  : memory.data<u16>([0x000f, 0x00f0, 0x0f00, 0, 0, 0xffff]);

/** What the sums of products are multiplied by, once they have been through groupSum. */
// @ts-ignore: decorator
@inline
export const FACTOR: i32 = 256;

/** What the weights of steps are found by: 0, 1 and 2. */
@inline
export function mask0(): v128 {
  return v128.load_splat<u16>(MASKS);
}

@inline
export function mask1(): v128 {
  return v128.load_splat<u16>(MASKS, 2);
}

@inline
export function mask2(): v128 {
  return v128.load_splat<u16>(MASKS, 4);
}

/** The high half of every 32 bits. */
@inline
export function maskHigh(): v128 {
  return v128.load_splat<u32>(MASKS, 8);
}

/**
 * Steps of v.  In the default variant the weights stay where they lie in their lane, times 1, 16, 256 and 1, which
 * spares two shifts of three; the activations bring what is missing to 256.
 */
@inline
export function nibbles0(v: v128, mask: v128): v128 {
  return v128.and(v, mask);
}

@inline
export function nibbles1(v: v128, mask: v128): v128 {
  return v128.and(ASC_FEATURE_RELAXED_SIMD ? i16x8.shr_u(v, 4) : v, mask);
}

/** Eight activations in -127..127, given in lanes of 16 bits, as the steps of a vector want them. */
@inline
export function storeForNibbles(p: usize, v: v128): void {
  if (ASC_FEATURE_RELAXED_SIMD) storeActivations(p, v);
  else v128.store(p, i16x8.mul(v, i16x8(256, 256, 16, 16, 1, 1, 256, 256)));
}

/** A step of activations, the same for all channels.  Two and three are the default variant's alone. */
@inline
export function activations0(p: usize): v128 {
  return v128.load_splat<i32>(p);
}

@inline
export function activations1(p: usize): v128 {
  return v128.load_splat<i32>(p, 4);
}

@inline
export function activations2(p: usize): v128 {
  return v128.load_splat<i32>(p, 8);
}

@inline
export function activations3(p: usize): v128 {
  return v128.load_splat<i32>(p, 12);
}

/**
 * c + a step of weights times one of activations in -127..127, up to 32 values of k.  With relaxed SIMD sums are in
 * lanes of 16 bits: 16 * 15 * 127 = 30480 at the most; see groupSum.
 */
@inline
export function dotNibbleStep(weights: v128, activations: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? i16x8.add(c, i16x8.relaxed_dot_i8x16_i7x16_s(activations, weights))
    : i32x4.add(i32x4.dot_i16x8_s(weights, activations), c);
}

/** c + the products of a vector of weights, in the default variant. */
@inline
export function dotNibbles(
  v: v128, x0: v128, x1: v128, x2: v128, x3: v128, m0: v128, m1: v128, m2: v128, c: v128,
): v128 {
  c = dotNibbleStep(nibbles1(v, m1), x1, dotNibbleStep(nibbles0(v, m0), x0, c));
  return dotNibbleStep(i16x8.shr_u(v, 12), x3, dotNibbleStep(v128.and(v, m2), x2, c));
}

// What a sum of products begins with, in 4 bytes of a record of activations: FACTOR times it, or itself as the first
// of two lanes of 16 bits.  It is -8 times the sum of 32 activations, and has -32512..32512 to itself: whatever
// products have been added, q (w - 8) of some activations and -8 q of the others are within that.
@inline
export function storeStart(p: usize, start: i32): void {
  store<i32>(p, ASC_FEATURE_RELAXED_SIMD ? start & 0xffff : start * FACTOR);
}

@inline
export function groupStart(p: usize): v128 {
  return v128.load_splat<i32>(p);
}

/** FACTOR times what storeStart has stored, one i32 a channel. */
@inline
export function startFactor(p: usize): v128 {
  const v = v128.load_splat<i32>(p);
  return ASC_FEATURE_RELAXED_SIMD ? i32x4.shr_s(i32x4.shl(v, 16), 8) : v;
}

// @ts-ignore: decorator
@lazy
const FACTORS: usize = memory.data<u16>([<u16>FACTOR]);

/** What groupSum wants. */
@inline
export function factors(): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.load_splat<u16>(FACTORS) : i32x4.splat(0);
}

/** FACTOR times what dotNibbleStep has summed, one i32 a channel. */
@inline
export function groupSum(c: v128, factors: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? i32x4.dot_i16x8_s(c, factors) : c;
}

/** A vector as steps of its own, `row` bytes apart. */
@inline
export function storeNibbles(to: usize, row: usize, v: v128): void {
  v128.store(to, nibbles0(v, mask0()));
  v128.store(to + row, nibbles1(v, mask1()));
  if (!ASC_FEATURE_RELAXED_SIMD) {
    v128.store(to + 2 * row, v128.and(v, mask2()));
    v128.store(to + 3 * row, i16x8.shr_u(v, 12));
  }
}
