// y = x in another element type.  Dense arrays, range in elements; y and x do not overlap unless they
// are the same block of equally large elements.
// Into f32: exact (i32 to nearest, ties to even).  Out of f32: f16 and bf16 to nearest, ties to even,
// overflow to infinity; the integers saturate, NaN becomes 0, and a fraction is cut off or, where
// `nearest` is not 0, rounded to the nearest, ties to even; bool is 1 for anything but 0 (NaN too).
import { brainToFloat, floatToBrain, floatToHalf, halfToFloat, load16x4, store16x4 } from '../lanes/half';

export function cast_f16_f32(y: usize, x: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + ((<usize>i) << 2), halfToFloat(load16x4(x + ((<usize>i) << 1))));
  for (; i < end; i++) {
    const v = halfToFloat(i32x4.splat(load<u16>(x + ((<usize>i) << 1))));
    v128.store_lane<f32>(y + ((<usize>i) << 2), v, 0);
  }
}

export function cast_bf16_f32(y: usize, x: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + ((<usize>i) << 2), brainToFloat(load16x4(x + ((<usize>i) << 1))));
  for (; i < end; i++) store<u32>(y + ((<usize>i) << 2), <u32>load<u16>(x + ((<usize>i) << 1)) << 16);
}

export function cast_f32_f16(y: usize, x: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) store16x4(y + ((<usize>i) << 1), floatToHalf(v128.load(x + ((<usize>i) << 2))));
  for (; i < end; i++)
    v128.store_lane<u16>(y + ((<usize>i) << 1), floatToHalf(v128.load32_splat(x + ((<usize>i) << 2))), 0);
}

export function cast_f32_bf16(y: usize, x: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) store16x4(y + ((<usize>i) << 1), floatToBrain(v128.load(x + ((<usize>i) << 2))));
  for (; i < end; i++)
    v128.store_lane<u16>(y + ((<usize>i) << 1), floatToBrain(v128.load32_splat(x + ((<usize>i) << 2))), 0);
}

export function cast_i32_f32(y: usize, x: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(y + o, f32x4.convert_i32x4_s(v128.load(x + o)));
  }
  for (; i < end; i++) store<f32>(y + ((<usize>i) << 2), <f32>load<i32>(x + ((<usize>i) << 2)));
}

export function cast_i8_f32(y: usize, x: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const v = v128.load_ext<i8>(x + <usize>i);
    v128.store(y + ((<usize>i) << 2), f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(v)));
    v128.store(y + ((<usize>i) << 2), f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(v)), 16);
  }
  for (; i < end; i++) store<f32>(y + ((<usize>i) << 2), <f32>load<i8>(x + <usize>i));
}

/** Also from bool. */
export function cast_u8_f32(y: usize, x: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const v = v128.load_ext<u8>(x + <usize>i);
    v128.store(y + ((<usize>i) << 2), f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(v)));
    v128.store(y + ((<usize>i) << 2), f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(v)), 16);
  }
  for (; i < end; i++) store<f32>(y + ((<usize>i) << 2), <f32>load<u8>(x + <usize>i));
}

@inline
function whole(p: usize, nearest: i32): v128 {
  const v = v128.load(p);
  return i32x4.trunc_sat_f32x4_s(nearest ? f32x4.nearest(v) : v);
}

@inline
function wholeOne(p: usize, near: i32): i32 {
  const v = v128.load32_splat(p);
  return i32x4.extract_lane(i32x4.trunc_sat_f32x4_s(near ? f32x4.nearest(v) : v), 0);
}

export function cast_f32_i32(y: usize, x: usize, nearest: i32, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + ((<usize>i) << 2), whole(x + ((<usize>i) << 2), nearest));
  for (; i < end; i++) store<i32>(y + ((<usize>i) << 2), wholeOne(x + ((<usize>i) << 2), nearest));
}

export function cast_f32_i8(y: usize, x: usize, nearest: i32, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const p = x + ((<usize>i) << 2);
    const v = i16x8.narrow_i32x4_s(whole(p, nearest), whole(p + 16, nearest));
    v128.store_lane<u64>(y + <usize>i, i8x16.narrow_i16x8_s(v, v), 0);
  }
  for (; i < end; i++) {
    const v = wholeOne(x + ((<usize>i) << 2), nearest);
    store<i8>(y + <usize>i, <i8>min(max(v, -128), 127));
  }
}

export function cast_f32_u8(y: usize, x: usize, nearest: i32, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const p = x + ((<usize>i) << 2);
    const v = i16x8.narrow_i32x4_s(whole(p, nearest), whole(p + 16, nearest));
    v128.store_lane<u64>(y + <usize>i, i8x16.narrow_i16x8_u(v, v), 0);
  }
  for (; i < end; i++) {
    const v = wholeOne(x + ((<usize>i) << 2), nearest);
    store<u8>(y + <usize>i, <u8>min(max(v, 0), 255));
  }
}

export function cast_f32_bool(y: usize, x: usize, begin: i32, end: i32): void {
  const zero = f32x4.splat(0);
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const p = x + ((<usize>i) << 2);
    const v = i16x8.narrow_i32x4_s(f32x4.ne(v128.load(p), zero), f32x4.ne(v128.load(p, 16), zero));
    v128.store_lane<u64>(y + <usize>i, v128.and(i8x16.narrow_i16x8_s(v, v), i8x16.splat(1)), 0);
  }
  for (; i < end; i++) store<u8>(y + <usize>i, load<f32>(x + ((<usize>i) << 2)) != 0 ? 1 : 0);
}
