// Philox4x32-10: random words that are a function of (seed, position), so that a value depends on where
// it stands and on nothing else: not on the order of calls, the range, or the number of workers.
// Source: J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as
// 1, 2, 3" (2011), with the multipliers and key increments of its table 2.
//
// Position p is word p % 4 of the block whose 128-bit counter is p / 4.
const M0: u64 = 0xd2511f53;
const M1: u64 = 0xcd9e8d57;
const W0: u32 = 0x9e3779b9;
const W1: u32 = 0xbb67ae85;

/** The four words at positions 4 block .. 4 block + 3. */
export function philox(seed: u64, block: u64): v128 {
  let c0 = <u32>block;
  let c1 = <u32>(block >> 32);
  let c2: u32 = 0;
  let c3: u32 = 0;
  let k0 = <u32>seed;
  let k1 = <u32>(seed >> 32);
  for (let round = 0; round < 10; round++) {
    const a = M0 * <u64>c0;
    const b = M1 * <u64>c2;
    c0 = <u32>(b >> 32) ^ c1 ^ k0;
    c2 = <u32>(a >> 32) ^ c3 ^ k1;
    c1 = <u32>b;
    c3 = <u32>a;
    k0 += W0;
    k1 += W1;
  }
  let v = i32x4.splat(c0);
  v = i32x4.replace_lane(v, 1, c1);
  v = i32x4.replace_lane(v, 2, c2);
  return i32x4.replace_lane(v, 3, c3);
}

/** Four words as numbers of [0, 1): multiples of 2^-24, so that they are exact. */
@inline
export function unit(words: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(words, 8)), f32x4.splat(5.9604644775390625e-8));
}

/**
 * Four words as numbers of (-1, 1): odd multiples of 2^-24, so that they are exact, symmetric, and
 * never an end of the interval.
 */
@inline
export function symmetric(words: v128): v128 {
  const odd = i32x4.sub(v128.or(i32x4.shr_u(words, 7), i32x4.splat(1)), i32x4.splat(1 << 24));
  return f32x4.mul(f32x4.convert_i32x4_s(odd), f32x4.splat(5.9604644775390625e-8));
}

/** Lane `lane` of v and those after it, moved to the front. */
@inline
export function fromLane(v: v128, lane: i32): v128 {
  return i8x16.swizzle(v, i8x16.add(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<i8>(4 * lane))));
}
