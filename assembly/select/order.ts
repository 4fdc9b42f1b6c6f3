// One total order for all selection: by value, a NaN above every number, -0 equal to 0, and among
// equals the lower index first.  An f32 becomes an i32 that compares the same way, so that a value and
// its index fit one 64-bit key and no two keys are equal: the result does not depend on the algorithm.

/** Four floats as ordered integers: larger means earlier if largest, else smaller means earlier. */
@inline
export function ordered(v: v128, largest: bool): v128 {
  const bits = v128.bitselect(i32x4.splat(0x7fffffff), f32x4.add(v, f32x4.splat(0)), f32x4.ne(v, v));
  // Negative floats grow downwards: turn all of their bits but the sign.
  const s = v128.xor(bits, v128.and(i32x4.shr_s(bits, 31), i32x4.splat(0x7fffffff)));
  return largest ? s : v128.not(s);
}

/** The key of an ordered integer at an index; the better element has the larger key. */
@inline
export function key(s: i32, index: i32): i64 {
  return ((<i64>s) << 32) | <i64>(<u32>~index);
}

@inline
export function indexOf(k: i64): i32 {
  return ~(<i32>k);
}

@inline
export function orderedOne(p: usize, largest: bool): i32 {
  return i32x4.extract_lane(ordered(v128.load32_splat(p), largest), 0);
}
