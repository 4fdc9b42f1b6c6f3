// gemm_quant_rows in groups: y = rows of x in 8 bits, symmetric, a scale for every 32 values of a row.
//
// y: M rows, see layout4.ts and q8_0/layout.ts · x: (M, K) f32, row stride xm.  Range: rows.  No aliasing.
// scale = max |x| / 127, q = round(x 127 / max |x|) to nearest even: |x - scale q| <= scale (1/2 + 2^-15).
// Groups within +-1e-30 count as zeros; a NaN or an infinity makes the scale of its group not finite.
import { activationBytes } from '../lanes/dot';
import { FACTOR, storeForNibbles, storeStart } from '../lanes/nibbles';
import { pairsStart, storePairs } from '../lanes/pairs';
import { magic, magnitude, maxBits, most7, rounded } from '../lanes/round';
import { loadPart } from '../lanes/tail';
import { GROUP, groups, HEAD4, recordBytes } from './layout4';
import { RECORD8 } from './q8_0/layout';

/** bytes: for weights of 8 bits, q8_0; else for weights of 4 bits. */
export function quantizeGroups(y: usize, x: usize, bytes: bool, K: i32, xm: i32, begin: i32, end: i32): void {
  const record = bytes ? RECORD8 : recordBytes();
  for (let m = begin; m < end; m++) {
    const row = x + ((<usize>m * <usize>xm) << 2);
    let to = y + <usize>m * <usize>groups(K) * record;
    for (let k = 0; k < K; k += GROUP) {
      quantizeGroup(bytes, to, row + (<usize>k << 2), min(K - k, GROUP));
      to += record;
    }
  }
}

function quantizeGroup(bytes: bool, y: usize, x: usize, n: i32): void {
  // The bits of positive floats are in order, and a NaN comes out on top.
  const mask = magnitude();
  let most = i32x4.splat(0);
  for (let k = 0; k < n; k += 4) most = i32x4.max_s(most, v128.and(loadPart(x + (<usize>k << 2), n - k, 0), mask));
  const range = reinterpret<f32>(maxBits(most));
  const small = range < 1e-30;
  const scale = f32x4.splat(small ? 0 : 127 / range);
  const add = magic();
  const top = most7();
  const bottom = i16x8.neg(top);
  let sums = i32x4.splat(0);
  let to = y + HEAD4;
  for (let k = 0; k < GROUP; k += 8) {
    const p = x + (<usize>k << 2);
    const a = loadPart(p, n - k, 0), b = loadPart(p + 16, n - k - 4, 0);
    // what is not finite gives any integer: it has to be one in range all the same
    const wide = i16x8.narrow_i32x4_s(rounded(a, scale, add, add), rounded(b, scale, add, add));
    const q = i16x8.max_s(i16x8.min_s(wide, top), bottom);
    if (bytes) {
      sums = i32x4.add(sums, i32x4.shr_s(i32x4.shl(q, 16), 16));
      storePairs(to, q);
      to += 16;
    } else {
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(q));
      storeForNibbles(to, q);
      to += activationBytes(8);
    }
  }
  const step: f32 = small ? 0 : range / 127;
  const pair = i32x4.add(sums, v128.shuffle<i32>(sums, sums, 2, 3, 2, 3));
  const sum = i32x4.extract_lane(pair, 0) + i32x4.extract_lane(pair, 1);
  if (bytes) {
    store<f32>(y, step);
    store<i32>(y, pairsStart(sum), 4);
  } else {
    store<f32>(y, step / <f32>FACTOR);
    storeStart(y + 4, -8 * sum);
  }
}
