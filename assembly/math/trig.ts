// Sine and cosine of one f32, through double precision: correct to 0.501 ulp over all of f32.  (The
// standard library's NativeMathf.sin is wrong for 2^89 <= |x| < 2^90, where it shifts by 64.)

// pi / 2 in three parts; the products of the first two with an integer below 2^26 are exact
const HALF_PI_1: f64 = 1.570796325802803;
const HALF_PI_2: f64 = 9.920935739593517e-10;
const HALF_PI_3: f64 = 5.721188726109832e-18;
/** The first 320 bits of 2 / pi. */
// @ts-ignore: decorator
@lazy @inline const TWO_OVER_PI = memory.data<u64>([
  0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561, 0xB7246E3A424DD2E0,
]);

/** Sine of x + turn pi / 2 for turn = 0 or 1. */
function sine(x: f32, turn: i32): f32 {
  const bits = reinterpret<u32>(abs(x));
  if (bits >= 0x7f800000) return NaN;
  const a = <f64>reinterpret<f32>(bits);
  let q: i32;
  let y: f64;
  if (a < 67108864.0) {
    const n = nearest(a * 0.6366197723675814);
    q = <i32>n;
    y = a - n * HALF_PI_1 - n * HALF_PI_2 - n * HALF_PI_3;
  } else {
    // x = m 2^e.  The bits of 2 / pi before e - 2 give multiples of four quadrants, which drop out; the
    // next 96 times m give the quadrant (two bits) and the angle in it (62 bits).  M. Payne and R. Hanek,
    // "Radian reduction for trigonometric functions", 1983.
    const m = <u64>((bits & 0x7fffff) | 0x800000);
    const start = <i32>(bits >> 23) - 152;
    const word = TWO_OVER_PI + (<usize>(start >> 6) << 3);
    const s = <u64>(start & 63);
    const b1 = load<u64>(word, 8);
    const high = (load<u64>(word) << s) | ((b1 >> 1) >> (63 - s));
    const next = (b1 << s) | ((load<u64>(word, 16) >> 1) >> (63 - s));
    const product = m * high + ((m * (next >> 32)) >> 32);
    const nearest = product + (<u64>1 << 61);
    q = <i32>(nearest >> 62);
    y = <f64><i64>(product - ((nearest >> 62) << 62)) * (1.5707963267948966 / 4611686018427387904.0);
  }
  const z = y * y;
  q += turn;
  let v: f64;
  if (q & 1) {
    v = z * (-1.0 / 3628800 + z * (1.0 / 479001600));
    v = 1 + z * (-0.5 + z * (1.0 / 24 + z * (-1.0 / 720 + z * (1.0 / 40320 + v))));
  } else {
    v = z * (1.0 / 362880 - z * (1.0 / 39916800));
    v = y + y * z * (-1.0 / 6 + z * (1.0 / 120 + z * (-1.0 / 5040 + v)));
  }
  return <f32>(q & 2 ? -v : v);
}

export function sin(x: f32): f32 {
  return copysign<f32>(1, x) * sine(x, 0);
}

export function cos(x: f32): f32 {
  return sine(x, 1);
}

@inline
export function sin_ps(x: v128): v128 {
  let y = f32x4.splat(sin(f32x4.extract_lane(x, 0)));
  y = f32x4.replace_lane(y, 1, sin(f32x4.extract_lane(x, 1)));
  y = f32x4.replace_lane(y, 2, sin(f32x4.extract_lane(x, 2)));
  return f32x4.replace_lane(y, 3, sin(f32x4.extract_lane(x, 3)));
}

@inline
export function cos_ps(x: v128): v128 {
  let y = f32x4.splat(cos(f32x4.extract_lane(x, 0)));
  y = f32x4.replace_lane(y, 1, cos(f32x4.extract_lane(x, 1)));
  y = f32x4.replace_lane(y, 2, cos(f32x4.extract_lane(x, 2)));
  return f32x4.replace_lane(y, 3, cos(f32x4.extract_lane(x, 3)));
}
