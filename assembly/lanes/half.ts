// f16 and bf16 <-> f32 on four lanes.  A 16-bit number sits in the low half of its 32-bit lane.

/** Exact; subnormals included; a NaN keeps its payload. */
@inline
export function halfToFloat(h: v128): v128 {
  const size = i32x4.shl(v128.and(h, i32x4.splat(0x7fff)), 13);
  const sign = i32x4.shl(v128.and(h, i32x4.splat(0x8000)), 16);
  // With f16's exponent in f32's field the value is 2^-112 of the right one, subnormals too.
  const scaled = f32x4.mul(size, f32x4.splat(reinterpret<f32>(0x77800000)));
  const special = v128.or(size, i32x4.splat(0x7f800000)); // infinity or NaN
  const v = v128.bitselect(special, scaled, i32x4.ge_s(size, i32x4.splat(0x7c00 << 13)));
  return v128.or(v, sign);
}

/** To nearest, ties to even; 65520 and above become infinity; a NaN becomes 0x7e00 with its sign. */
@inline
export function floatToHalf(x: v128): v128 {
  const size = v128.and(x, i32x4.splat(0x7fffffff));
  const sign = i32x4.shr_u(v128.andnot(x, i32x4.splat(0x7fffffff)), 16);
  // Normal: move the exponent's bias and round the 13 bits that go; a carry into the exponent is right.
  const odd = v128.and(i32x4.shr_u(size, 13), i32x4.splat(1));
  const bias = i32x4.splat(((15 - 127) << 23) + 0xfff);
  const normal = i32x4.shr_u(i32x4.add(i32x4.add(size, bias), odd), 13);
  // Subnormal: adding 1/2 leaves multiples of 2^-24, f16's smallest step, in the mantissa.
  const half = i32x4.splat(0x3f000000);
  const subnormal = i32x4.sub(f32x4.add(size, half), half);
  let v = v128.bitselect(subnormal, normal, i32x4.lt_s(size, i32x4.splat(0x38800000)));
  v = v128.bitselect(i32x4.splat(0x7c00), v, i32x4.ge_s(size, i32x4.splat(0x477ff000)));
  v = v128.bitselect(i32x4.splat(0x7e00), v, i32x4.gt_s(size, i32x4.splat(0x7f800000)));
  return v128.or(v, sign);
}

/** Exact. */
@inline
export function brainToFloat(h: v128): v128 {
  return i32x4.shl(h, 16);
}

/** Of eight bf16 those in the low halves of the lanes.  Exact. */
@inline
export function brainsLow(v: v128): v128 {
  return i32x4.shl(v, 16);
}

/** And those in the high halves; the mask is 0xffff0000. */
@inline
export function brainsHigh(v: v128, mask: v128): v128 {
  return v128.and(v, mask);
}

/** To nearest, ties to even; a NaN becomes 0x7fc0 with its sign. */
@inline
export function floatToBrain(x: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1));
  const v = i32x4.shr_u(i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd), 16);
  const nan = v128.or(v128.and(i32x4.shr_u(x, 16), i32x4.splat(0x8000)), i32x4.splat(0x7fc0));
  return v128.bitselect(nan, v, f32x4.ne(x, x));
}

/** Four 16-bit numbers from p, each in the low half of a lane. */
@inline
export function load16x4(p: usize): v128 {
  return v128.load_ext<u16>(p);
}

/** The low halves of four lanes to p. */
@inline
export function store16x4(p: usize, v: v128): void {
  v128.store_lane<u64>(p, v128.shuffle<u16>(v, v, 0, 2, 4, 6, 0, 2, 4, 6), 0);
}
