// Rotary position embedding (J. Su et al., RoFormer, 2021).  Pairs (u, v) of a head become
// (u cos - v sin, v cos + u sin), cos and sin of position times the pair's inverse frequency.
import { madd } from '../lanes/madd';
import { cos_64, sin_64 } from '../math/double-trig';

/**
 * cos, sin: (n, half) f32.  inv_freq: (half) f32, positions: (n) i32.  The angle is the f32 product of
 * both, as in transformers; its cosine and sine are within 0.51 ulp of it, then multiplied by scaling.
 * Range: positions.
 */
export function rope_table_f32(
  cos: usize, sin: usize, inv_freq: usize, positions: usize,
  half: i32, scaling: f32, begin: i32, end: i32,
): void {
  for (let r = begin; r < end; r++) {
    const position = <f32>load<i32>(positions + ((<usize>r) << 2));
    for (let i = 0; i < half; i++) {
      const angle = <f64>(position * load<f32>(inv_freq + ((<usize>i) << 2)));
      const o = (<usize>(r * half + i)) << 2;
      store<f32>(cos + o, <f32>cos_64(angle) * scaling);
      store<f32>(sin + o, <f32>sin_64(angle) * scaling);
    }
  }
}

/**
 * y, x: (B, L, H, D) f32 through strides b l h, D dense; y may be x itself (same strides).  cos, sin:
 * (L, half) seen through strides tb tl (tb 0: one table for the whole batch).  The pairs of the first
 * 2 half <= D elements are (i, i + half), or (2i, 2i + 1) if interleaved; the others are copied.
 * Range: rows b L + l.  Error: two products and a sum, rounded each (the relaxed variant fuses).
 */
export function rope_f32(
  y: usize, x: usize, cos: usize, sin: usize, interleaved: i32,
  L: i32, H: i32, D: i32, half: i32,
  yb: i32, yl: i32, yh: i32, xb: i32, xl: i32, xh: i32, tb: i32, tl: i32,
  begin: i32, end: i32,
): void {
  rotate(0.0, y, x, cos, sin, interleaved, L, H, D, half, yb, yl, yh, xb, xl, xh, tb, tl, begin, end);
}

/** dx from dy: the rotation turned back.  Needs neither x nor y; dx may be dy itself. */
export function rope_f32_backward(
  dx: usize, dy: usize, cos: usize, sin: usize, interleaved: i32,
  L: i32, H: i32, D: i32, half: i32,
  xb: i32, xl: i32, xh: i32, yb: i32, yl: i32, yh: i32, tb: i32, tl: i32,
  begin: i32, end: i32,
): void {
  rotate(-0.0, dx, dy, cos, sin, interleaved, L, H, D, half, xb, xl, xh, yb, yl, yh, tb, tl, begin, end);
}

function rotate(
  turn: f32, y: usize, x: usize, cos: usize, sin: usize, interleaved: i32,
  L: i32, H: i32, D: i32, half: i32,
  yb: i32, yl: i32, yh: i32, xb: i32, xl: i32, xh: i32, tb: i32, tl: i32,
  begin: i32, end: i32,
): void {
  const sign = f32x4.splat(turn);
  for (let r = begin; r < end; r++) {
    const b = r / L;
    const l = r - b * L;
    const c = cos + ((<usize>(b * tb + l * tl)) << 2);
    const s = sin + ((<usize>(b * tb + l * tl)) << 2);
    for (let h = 0; h < H; h++) {
      const py = y + ((<usize>(b * yb + l * yl + h * yh)) << 2);
      const px = x + ((<usize>(b * xb + l * xl + h * xh)) << 2);
      if (interleaved) neighbours(py, px, c, s, half, sign);
      else halves(py, px, c, s, half, sign);
      const done = (<usize>half) << 3;
      if (py != px && D > 2 * half) memory.copy(py + done, px + done, ((<usize>D) << 2) - done);
    }
  }
}

/** The two results of four pairs: u cos - v sin, v cos + u sin. */
@inline
function first(u: v128, v: v128, c: v128, s: v128): v128 {
  return madd(f32x4.neg(v), s, f32x4.mul(u, c));
}

@inline
function second(u: v128, v: v128, c: v128, s: v128): v128 {
  return madd(u, s, f32x4.mul(v, c));
}

/** Pairs (i, i + half). */
@inline
function halves(y: usize, x: usize, cos: usize, sin: usize, half: i32, sign: v128): void {
  const apart = (<usize>half) << 2;
  let i = 0;
  for (; i + 4 <= half; i += 4) {
    const o = (<usize>i) << 2;
    const c = v128.load(cos + o);
    const s = v128.xor(v128.load(sin + o), sign);
    const u = v128.load(x + o);
    const v = v128.load(x + o + apart);
    v128.store(y + o, first(u, v, c, s));
    v128.store(y + o + apart, second(u, v, c, s));
  }
  for (; i < half; i++) {
    const o = (<usize>i) << 2;
    const c = v128.load32_splat(cos + o);
    const s = v128.xor(v128.load32_splat(sin + o), sign);
    const u = v128.load32_splat(x + o);
    const v = v128.load32_splat(x + o + apart);
    v128.store_lane<f32>(y + o, first(u, v, c, s), 0);
    v128.store_lane<f32>(y + o + apart, second(u, v, c, s), 0);
  }
}

/** Pairs (2i, 2i + 1). */
@inline
function neighbours(y: usize, x: usize, cos: usize, sin: usize, half: i32, sign: v128): void {
  let i = 0;
  for (; i + 4 <= half; i += 4) {
    const o = (<usize>i) << 2;
    const c = v128.load(cos + o);
    const s = v128.xor(v128.load(sin + o), sign);
    const a = v128.load(x + 2 * o);
    const b = v128.load(x + 2 * o, 16);
    const u = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
    const v = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
    const p = first(u, v, c, s);
    const q = second(u, v, c, s);
    v128.store(y + 2 * o, v128.shuffle<f32>(p, q, 0, 4, 1, 5));
    v128.store(y + 2 * o, v128.shuffle<f32>(p, q, 2, 6, 3, 7), 16);
  }
  for (; i < half; i++) {
    const o = (<usize>i) << 2;
    const c = v128.load32_splat(cos + o);
    const s = v128.xor(v128.load32_splat(sin + o), sign);
    const u = v128.load32_splat(x + 2 * o);
    const v = v128.load32_splat(x + 2 * o, 4);
    v128.store_lane<f32>(y + 2 * o, first(u, v, c, s), 0);
    v128.store_lane<f32>(y + 2 * o, second(u, v, c, s), 0, 4);
  }
}
