// Weights of 4 bits, 0..15, of four channels and eight k in one vector, which a mask and shifts turn into steps
// (dot.ts): bits 0..3 of every lane are the first step, bits 4..7 the second.  The default variant has
// lanes of 16 bits, two a channel, and four steps; the relaxed one lanes of 8 bits, four a channel, and two.
import { dotStep, storeActivations } from './dot';

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

/** What the sums of dotNibbles and dotStep are multiplied by, once they have been through groupSum or stepsSum. */
// @ts-ignore: decorator
@inline
export const FACTOR: i32 = 256;

/** What dotNibbles and storeNibbles want for step 0, 1 and 2. */
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
function first(v: v128, mask: v128): v128 {
  return v128.and(v, mask);
}

@inline
function second(v: v128, mask: v128): v128 {
  return v128.and(ASC_FEATURE_RELAXED_SIMD ? i16x8.shr_u(v, 4) : v, mask);
}

/** Eight activations in -127..127, given in lanes of 16 bits, as the steps of a vector want them. */
@inline
export function storeForNibbles(p: usize, v: v128): void {
  if (ASC_FEATURE_RELAXED_SIMD) storeActivations(p, v);
  else v128.store(p, i16x8.mul(v, i16x8(256, 256, 16, 16, 1, 1, 256, 256)));
}

/** A step of activations, the same for all channels; nothing where the variant has no such step. */
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
  return ASC_FEATURE_RELAXED_SIMD ? i32x4.splat(0) : v128.load_splat<i32>(p, 8);
}

@inline
export function activations3(p: usize): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? i32x4.splat(0) : v128.load_splat<i32>(p, 12);
}

/**
 * c + the products of a vector of weights with activations in -127..127, up to 32 values of k.  The relaxed
 * variant sums in lanes of 16 bits: 16 * 15 * 127 = 30480 at the most; see groupSum.
 */
@inline
export function dotNibbles(
  v: v128, x0: v128, x1: v128, x2: v128, x3: v128, m0: v128, m1: v128, m2: v128, c: v128,
): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    c = i16x8.add(c, i16x8.relaxed_dot_i8x16_i7x16_s(x0, first(v, m0)));
    return i16x8.add(c, i16x8.relaxed_dot_i8x16_i7x16_s(x1, second(v, m1)));
  } else {
    c = dotStep<u8>(second(v, m1), x1, dotStep<u8>(first(v, m0), x0, c));
    return dotStep<u8>(i16x8.shr_u(v, 12), x3, dotStep<u8>(v128.and(v, m2), x2, c));
  }
}

/** Where a sum of dotNibbles begins that is to have `start` added: the default variant has it in the sum. */
@inline
export function groupStart(start: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? i32x4.splat(0) : start;
}

/** FACTOR times what dotNibbles has summed, plus start, one i32 a channel. */
@inline
export function groupSum(c: v128, start: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? i32x4.add(i32x4.shl(i32x4.extadd_pairwise_i16x8_s(c), 8), start) : c;
}

/** FACTOR times what dotStep has summed over steps of storeNibbles from groupStart on, plus start. */
@inline
export function stepsSum(c: v128, start: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? i32x4.add(i32x4.shl(c, 8), start) : c;
}

/** A vector as steps of its own, `row` bytes apart. */
@inline
export function storeNibbles(to: usize, row: usize, v: v128): void {
  v128.store(to, first(v, mask0()));
  v128.store(to + row, second(v, mask1()));
  if (!ASC_FEATURE_RELAXED_SIMD) {
    v128.store(to + 2 * row, v128.and(v, mask2()));
    v128.store(to + 3 * row, i16x8.shr_u(v, 12));
  }
}
