// Rows of keys and values as a cache holds them, `bits` a number, D8 = D filled up with zeros to a multiple of 8:
//   16   D8 f16                       |x - kept| <= 2^-11 |x|, 2^-25 for the smallest; beyond 65504 infinity
//    8   D8 i8, then their scale f32  x = scale q, scale = max |x| / 127, |x - kept| <= scale (1/2 + 2^-15)
// Every row by itself, so that what is kept of one depends on nothing else.  A row of 8 bits with a NaN or an
// infinity has a scale that is not finite; one within +-1e-30 is zeros.  Strides of such rows are in bytes.
import { at } from '../lanes/address';
import { floatToHalf, store16x4 } from '../lanes/half';
import { magic, magnitude, maxBits, rounded } from '../lanes/round';
import { loadPart } from '../lanes/tail';
import { pad8 } from './problem';

/** Bytes of a row. */
export function kv_row_size(bits: i32, D: i32): i32 {
  return bits == 16 ? pad8(D) << 1 : pad8(D) + 4;
}

/**
 * y = rows of x.  x: (B, H, L, D) f32, strides xB xH xL in elements; y: strides yB yH yL in bytes.
 * Range: rows (b, h, l).  No aliasing.
 */
export function kv_pack_f32(
  y: usize, x: usize, bits: i32, H: i32, L: i32, D: i32,
  yB: usize, yH: usize, yL: usize, xB: i32, xH: i32, xL: i32, begin: i32, end: i32,
): void {
  for (let i = begin; i < end; i++) {
    const l = i % L, h = i / L % H, b = i / L / H;
    pack(y + <usize>b * yB + <usize>h * yH + <usize>l * yL, at(x, b * xB + h * xH + l * xL), bits == 16, D);
  }
}

function pack(y: usize, x: usize, half: bool, D: i32): void {
  let most = i32x4.splat(0);
  for (let d = 0; d < D; d += 4) most = i32x4.max_s(most, v128.and(loadPart(at(x, d), D - d, 0), magnitude()));
  const range = reinterpret<f32>(maxBits(most));
  const small = range < 1e-30;
  const scale = f32x4.splat(small ? 0 : 127 / range);
  for (let d = 0; d < pad8(D); d += 4) {
    const v = loadPart(at(x, d), D - d, 0);
    if (half) {
      store16x4(y, floatToHalf(v));
      y += 8;
    } else {
      const q = rounded(v, scale, magic(), magic());
      const q16 = i16x8.narrow_i32x4_s(q, q);
      v128.store_lane<u32>(y, i8x16.narrow_i16x8_s(q16, q16), 0);
      y += 4;
    }
  }
  if (!half) store<f32>(y, small ? 0 : range / 127);
}

/**
 * y = what x keeps, (B, H, L, D8) f32 dense; what is beyond D means nothing.  Strides of x in bytes.
 * Range: rows of y.
 */
export function kv_unpack_f32(
  y: usize, x: usize, bits: i32, H: i32, L: i32, D: i32, xB: usize, xH: usize, xL: usize, begin: i32, end: i32,
): void {
  for (let i = begin; i < end; i++) {
    const from = x + <usize>(i / L / H) * xB + <usize>(i / L % H) * xH + <usize>(i % L) * xL;
    widenRow(at(y, i * pad8(D)), from, bits == 16, D);
  }
}

// Sign, exponent and fraction of an f16 in their places in an f32; 2^112; an exponent of all ones before and after.
// @ts-ignore: decorator
@lazy
const HALF: usize = memory.data<u32>([0x8fffe000, 0x77800000, 0x0f800000, 0x7f800000]);

/** One row as D8 floats. */
export function widenRow(y: usize, x: usize, half: bool, D: i32): void {
  const end = at(y, pad8(D));
  if (half) {
    // halfToFloat with fewer steps: the sign comes along with the shift, and what is not finite, 2^16 or more by
    // then, gets its exponent filled up.
    const keep = v128.load_splat<u32>(HALF), scale = v128.load_splat<f32>(HALF, 4);
    const top = v128.load_splat<u32>(HALF, 8), all = v128.load_splat<u32>(HALF, 12);
    for (; y < end; y += 16, x += 8) {
      const bits = v128.and(i32x4.shl(v128.load_ext<i16>(x), 13), keep);
      const special = v128.and(i32x4.eq(v128.and(bits, top), top), all);
      v128.store(y, v128.or(f32x4.mul(bits, scale), special));
    }
    return;
  }
  const scale = v128.load_splat<f32>(x + <usize>pad8(D));
  for (; y < end; y += 32, x += 8) {
    const q = v128.load_ext<i8>(x);
    v128.store(y, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(q)), scale));
    v128.store(y, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(q)), scale), 16);
  }
}
