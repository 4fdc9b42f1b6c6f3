// gemm_quant_rows in q8: y = rows of x in 7 bits, each row with a scale and a zero point of its own.
//
// y: M rows, see layout.ts · x: (M, K) f32, row stride xm.  Range: rows.  No aliasing.
// low = min(0, min x), high = max(0, max x), scale = (high - low) / 127, zero = -round(low / scale),
// q = min(round(x / scale) + zero, 127), to nearest even; the quotients are products with 127 / (high - low).
// Zero stays exactly zero, |x - scale (q - zero)| <= scale (1/2 + 2^-15), and at the upper end one scale where both
// ends round away from zero.  Rows within +-1e-30 count as zeros.  A row with a NaN or an infinity has a
// scale that is not finite, so that no such number gets lost.
import { activationBytes } from '../lanes/dot';
import { quadsExcess, storeForQuads } from '../lanes/quads';
import { MAGIC, magic, maxBits, most7, rounded } from '../lanes/round';
import { loadPart } from '../lanes/tail';
import { HEADER, rowBytes } from './layout';

export function quantizeRows(y: usize, x: usize, K: i32, xm: i32, begin: i32, end: i32): void {
  for (let m = begin; m < end; m++) {
    quantizeRow(y + <usize>m * rowBytes(K), x + ((<usize>m * <usize>xm) << 2), K);
  }
}

function quantizeRow(to: usize, x: usize, K: i32): void {
  // As integers: the bits of positive floats are in order, and so, unsigned, are those of negative ones behind
  // them.  One instruction each, and a NaN comes out on top; f32x4.max takes eight.
  let low = i32x4.splat(i32.MIN_VALUE); // -0
  let high = i32x4.splat(0);
  const end = x + ((<usize>K) << 2);
  const whole = x + ((<usize>K & ~7) << 2);
  let p = x;
  for (; p < whole; p += 32) {
    const a = v128.load(p), b = v128.load(p, 16);
    low = i32x4.max_u(low, a), high = i32x4.max_s(high, a);
    low = i32x4.max_u(low, b), high = i32x4.max_s(high, b);
  }
  for (; p < end; p += 16) {
    const v = loadPart(p, i32((end - p) >> 2), 0);
    low = i32x4.max_u(low, v), high = i32x4.max_s(high, v);
  }
  const depth = -reinterpret<f32>(maxBits(low));
  const range = reinterpret<f32>(maxBits(high)) + depth;
  const small = range < 1e-30;
  const inverse: f32 = small ? 0 : 127 / range;
  const zero = reinterpret<i32>(depth * inverse + MAGIC) - reinterpret<i32>(MAGIC);
  store<f32>(to, small ? 0 : range / 127);
  store<i32>(to, zero, 4);
  const scale = f32x4.splat(inverse);
  const add = magic();
  const shift = i32x4.splat(reinterpret<i32>(MAGIC) - zero);
  const most = most7();
  let y = to + HEADER;
  let even = i32x4.splat(0);
  for (p = x; p < whole; p += 32) {
    even = i32x4.add(even, eight(y, v128.load(p), v128.load(p, 16), scale, add, shift, most));
    y += activationBytes(8);
  }
  const rest = i32((end - p) >> 2);
  if (rest > 0) {
    // What is beyond K becomes 0, so that it is not in the sum.
    const a = loadPart(p, rest, -depth), b = loadPart(p + 16, rest - 4, -depth);
    even = i32x4.add(even, eight(y, a, b, scale, add, shift, most));
  }
  const pair = i32x4.add(even, v128.shuffle<i32>(even, even, 2, 3, 2, 3));
  store<i32>(to, quadsExcess(i32x4.extract_lane(pair, 0) + i32x4.extract_lane(pair, 1), K), 8);
}

/** Stores q and returns that of even k.  What is not finite gives any integer: it has to be in 0..127 all the same. */
@inline
function eight(y: usize, a: v128, b: v128, scale: v128, add: v128, shift: v128, most: v128): v128 {
  const q = i16x8.narrow_i32x4_s(rounded(a, scale, add, shift), rounded(b, scale, add, shift));
  const v = i16x8.max_s(i16x8.min_s(q, most), i16x8.splat(0));
  storeForQuads(y, v);
  return i32x4.shr_u(i32x4.shl(v, 16), 16);
}
