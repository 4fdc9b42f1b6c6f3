// Integer dot products: lane i belongs to output channel i of four.  A step is as many k as fill four bytes
// of activations: the default variant multiplies two of 16 bits, the relaxed one four of 8.  Sums are exact,
// so both variants give the same integers on every host: the relaxed instruction leaves a choice only where
// its second operand is outside 0..127, and nothing of ours is.

/** Values of k in a step.  A step of weights takes as many bytes a channel. */
// @ts-ignore: decorator
@inline
export const STEP: i32 = ASC_FEATURE_RELAXED_SIMD ? 4 : 2;

/**
 * c + a step of weights times one of activations.  T = i8: weights in -127..127, activations in 0..127; T = i16:
 * both in 16 bits, two k, in every build.  pairs: addPairs().
 */
@inline
export function dotStep<T>(weights: v128, activations: v128, c: v128, pairs: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD && sizeof<T>() == 1) {
    // Not i32x4.relaxed_dot_i8x16_i7x16_add_s: V8 11 gives the double of it, and V8 makes five instructions of it
    // on x86-64 without VNNI, where these are three.
    return i32x4.add(i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(weights, activations), pairs), c);
  } else {
    return i32x4.add(i32x4.dot_i16x8_s(weights, activations), c);
  }
}

// @ts-ignore: decorator
@lazy
const ONES: usize = memory.data<u16>([1]);

/**
 * What adds lanes of 16 bits in pairs when they are multiplied by it.  i32x4.extadd_pairwise_i16x8_s would do, but
 * V8 on x86-64 multiplies for that too, by ones whose address it makes anew every time.
 */
@inline
export function addPairs(): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.load_splat<u16>(ONES) : i32x4.splat(0);
}

/** Bytes of n activations, n a multiple of STEP. */
@inline
export function activationBytes(n: i32): usize {
  return (<usize>n << 2) / STEP;
}

/** Stores eight activations, given in eight lanes of 16 bits. */
@inline
export function storeActivations(p: usize, v: v128): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    v128.store_lane<u64>(p, i8x16.narrow_i16x8_s(v, v), 0);
  } else {
    v128.store(p, v);
  }
}
