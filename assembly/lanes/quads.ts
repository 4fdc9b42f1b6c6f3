// Weights of 8 bits in quads: four k of a channel in 32 bits, four channels in a vector.  The relaxed variant multiplies
// them by one step of activations (dot.ts).  The default one takes their bytes two by two as lanes of 16 bits,
// 256 q1 + u0 with u0 = q0 + 128, as that is what is kept of q0, and multiplies by two steps, x1 and 256 x0 - x1:
//
//    (256 q1 + u0) x1 + u0 (256 x0 - x1) = 256 (q1 x1 + u0 x0)
//
// u0 takes one `and`, where widening the bytes takes two operations for each half of a vector.  What the sums are too
// large by depends on the activations alone: quadsExcess.
import { addPairs, dotStep, STEP, storeActivations } from './dot';

/** Values of k in a quad. */
// @ts-ignore: decorator
@inline
export const QUAD: i32 = 4;

/** Steps of activations that quads are multiplied by. */
// @ts-ignore: decorator
@inline
export const QUAD_STEPS: i32 = QUAD / STEP;

/** The most quads that go into one sum between quadsStart and quadsSum. */
// @ts-ignore: decorator
@inline
export const MOST_QUADS: i32 = ASC_FEATURE_RELAXED_SIMD ? 1 << 28 : 128;

/** What is kept of the weight of this k, and the weight of what is kept. */
@inline
export function quadByte(q: i32, k: i32): i32 {
  return ASC_FEATURE_RELAXED_SIMD || k & 1 ? q : q ^ -128;
}

// From memory, for the reason given in nibbles.ts.
// @ts-ignore: decorator
@lazy
const LOW: usize = memory.data<u16>([0x00ff]);

/** What secondWeights and dotQuads want. */
@inline
export function lowBytes(): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? addPairs() : v128.load_splat<u16>(LOW);
}

/** What the second step is multiplied by, where there is one; the first is multiplied by the quads. */
@inline
export function secondWeights(quads: v128, low: v128): v128 {
  return v128.and(quads, low);
}

/** The second step of activations at p, where there is one. */
@inline
export function secondActivations(p: usize): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? i32x4.splat(0) : v128.load_splat<i32>(p, 4);
}

/** c + the products of quads with their activations. */
@inline
export function dotQuads(quads: v128, x0: v128, x1: v128, low: v128, c: v128): v128 {
  c = dotStep<i8>(quads, x0, c, low);
  return ASC_FEATURE_RELAXED_SIMD ? c : dotStep<i8>(secondWeights(quads, low), x1, c, low);
}

/** Where a sum begins: with 128 quads 256 times the products are within -1.1e9 and 3.2e9. */
@inline
export function quadsStart(): v128 {
  return i32x4.splat(ASC_FEATURE_RELAXED_SIMD ? 0 : -(1 << 30));
}

/** What it has summed up and, in the default variant, some excess. */
@inline
export function quadsSum(c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? c : i32x4.shr_s(c, 8);
}

/** The excess of all sums over a row of K activations whose values of even k have the sum `even`. */
@inline
export function quadsExcess(even: i32, K: i32): i32 {
  const sums = (K + QUAD * MOST_QUADS - 1) / (QUAD * MOST_QUADS);
  return ASC_FEATURE_RELAXED_SIMD ? 0 : 128 * even - (sums << 22);
}

/** Stores eight activations in 0..127, given in lanes of 16 bits, as two quads want them. */
@inline
export function storeForQuads(p: usize, v: v128): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    storeActivations(p, v);
  } else {
    // x1 x3 256x0 256x2 of each four; byte 1 is zero
    const x = v128.shuffle<i8>(v, v, 2, 1, 6, 1, 1, 0, 1, 4, 10, 1, 14, 1, 1, 8, 1, 12);
    v128.store(p, i16x8.sub(x, i64x2.shl(x, 32)));
  }
}
