// gemm_q8_quantize_rows: y = rows of x in 7 bits, each row with a scale and a zero point of its own.
//
// y: M rows, see layout.ts · x: (M, K) f32, row stride xm.  Range: rows.  No aliasing.
// low = min(0, min x), high = max(0, max x), scale = (high - low) / 127, zero = -round(low / scale),
// q = min(round(x / scale) + zero, 127), to nearest even; the quotients are products with 127 / (high - low).
// Zero stays exactly zero, |x - scale (q - zero)| <= scale (1/2 + 2^-15), and at the upper end one scale where both
// ends round away from zero.  Rows within +-1e-30 count as zeros.  A row with a NaN or an infinity has a
// scale that is not finite, so that no such number gets lost.
import { activationBytes, storeActivations } from '../lanes/dot';
import { maxLanes } from '../lanes/reduce';
import { loadPart } from '../lanes/tail';
import { HEADER, rowBytes } from './layout';

// Adding it rounds a float below 2^22 to an integer, which is then the low bits.
const MAGIC: f32 = 12582912;

export function gemm_q8_quantize_rows(y: usize, x: usize, K: i32, xm: i32, begin: i32, end: i32): void {
  for (let m = begin; m < end; m++) {
    quantizeRow(y + <usize>m * rowBytes(K), x + ((<usize>m * <usize>xm) << 2), K);
  }
}

function quantizeRow(y: usize, x: usize, K: i32): void {
  let low = f32x4.splat(0); // the negatives: as -x, so that one reduction serves both
  let high = low;
  for (let k = 0; k < K; k += 4) {
    const v = loadPart(x + (<usize>k << 2), K - k, 0);
    low = f32x4.max(low, f32x4.neg(v));
    high = f32x4.max(high, v);
  }
  const depth = maxLanes(low);
  const range = maxLanes(high) + depth;
  const small = range < 1e-30;
  const inverse: f32 = small ? 0 : 127 / range;
  const zero = reinterpret<i32>(depth * inverse + MAGIC) - reinterpret<i32>(MAGIC);
  store<f32>(y, small ? 0 : range / 127);
  store<i32>(y, zero, 4);
  const scale = f32x4.splat(inverse);
  const magic = f32x4.splat(MAGIC);
  const shift = i32x4.splat(reinterpret<i32>(MAGIC) - zero);
  const most = i16x8.splat(127);
  const least = i16x8.splat(0);
  y += HEADER;
  for (let k = 0; k < K; k += 8) {
    const p = x + (<usize>k << 2);
    const a = i32x4.sub(f32x4.add(f32x4.mul(loadPart(p, K - k, 0), scale), magic), shift);
    const b = i32x4.sub(f32x4.add(f32x4.mul(loadPart(p + 16, K - k - 4, 0), scale), magic), shift);
    // what is not finite gives any integer: it has to be one in 0..127 all the same
    storeActivations(y, i16x8.max_s(i16x8.min_s(i16x8.narrow_i32x4_s(a, b), most), least));
    y += activationBytes(8);
  }
}
