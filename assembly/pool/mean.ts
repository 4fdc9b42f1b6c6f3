// Mean over the tokens of each sequence.  x: (B, S, D) f32, dense; mask: (B, S), see mask.ts; y: (B, D)
// f32, dense.  y = sum w x / divisor over the tokens kept, as in sentence-transformers:
//   mean: w = 1, divisor = tokens;  mean_sqrt_len: w = 1, divisor = sqrt(tokens);
//   weighted: w = 1, 2, 3, ... along the sequence, divisor = sum w.
// A sequence without a token gives zeros.  Range: sequences.
// Sums in doubles over kept tokens in order, rounded once (0.51 ulp unless terms cancel to below 2^-29):
// padding, wherever it is, changes no bit of mean and mean_sqrt_len, and to the right none of weighted.
import { kept } from './mask';

export const enum MeanPool {
  mean = 0,
  mean_sqrt_len = 1,
  weighted = 2,
}

export function mean_pool_f32(
  y: usize, x: usize, mask: usize, wide: i32, kind: i32, S: i32, D: i32, begin: i32, end: i32,
): void {
  for (let b = begin; b < end; b++) {
    const divisor = divisorOf(mask, wide, kind, b * S, S);
    for (let d = 0; d < D; ) {
      const py = y + ((<usize>(b * D + d)) << 2);
      const px = x + ((<usize>(b * S * D + d)) << 2);
      if (d + 8 <= D) {
        columns(8, py, px, mask, wide, kind, b * S, S, D, divisor);
        d += 8;
      } else {
        columns(1, py, px, mask, wide, kind, b * S, S, D, divisor);
        d++;
      }
    }
  }
}

/** dx = w dy / divisor for the tokens kept, 0 for the others.  dx: (B, S, D), dy: (B, D).  Range: sequences. */
export function mean_pool_f32_backward(
  dx: usize, dy: usize, mask: usize, wide: i32, kind: i32, S: i32, D: i32, begin: i32, end: i32,
): void {
  for (let b = begin; b < end; b++) {
    const divisor = divisorOf(mask, wide, kind, b * S, S);
    for (let s = 0; s < S; s++) {
      const w = kept(mask, wide, b * S + s) ? weight(kind, s) / divisor : 0.0;
      for (let d = 0; d < D; d++) {
        const g = w != 0 ? <f32>(w * <f64>load<f32>(dy + ((<usize>(b * D + d)) << 2))) : 0;
        store<f32>(dx + ((<usize>((b * S + s) * D + d)) << 2), g);
      }
    }
  }
}

@inline
function weight(kind: i32, s: i32): f64 {
  return kind == MeanPool.weighted ? <f64>(s + 1) : 1.0;
}

/** The divisor of a sequence; 1 if it has no token. */
function divisorOf(mask: usize, wide: i32, kind: i32, first: i32, S: i32): f64 {
  let sum: f64 = 0;
  for (let s = 0; s < S; s++) if (kept(mask, wide, first + s)) sum += weight(kind, s);
  if (sum == 0) return 1;
  return kind == MeanPool.mean_sqrt_len ? sqrt<f64>(sum) : sum;
}

/** `width` (8 or 1) columns of one sequence; rows that are not kept are not read. */
@inline
function columns(
  width: i32, y: usize, x: usize, mask: usize, wide: i32, kind: i32, first: i32, S: i32, D: i32, divisor: f64,
): void {
  let a = f64x2.splat(0);
  let b = a, c = a, d = a;
  for (let s = 0; s < S; s++, x += (<usize>D) << 2) {
    if (!kept(mask, wide, first + s)) continue;
    const w = f64x2.splat(weight(kind, s));
    if (width == 1) {
      a = f64x2.add(a, f64x2.mul(w, f64x2.promote_low_f32x4(v128.load32_splat(x))));
    } else {
      const u = v128.load(x);
      const v = v128.load(x, 16);
      a = f64x2.add(a, f64x2.mul(w, f64x2.promote_low_f32x4(u)));
      b = f64x2.add(b, f64x2.mul(w, f64x2.promote_low_f32x4(v128.shuffle<f32>(u, u, 2, 3, 2, 3))));
      c = f64x2.add(c, f64x2.mul(w, f64x2.promote_low_f32x4(v)));
      d = f64x2.add(d, f64x2.mul(w, f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3))));
    }
  }
  if (width == 1) {
    store<f32>(y, <f32>(f64x2.extract_lane(a, 0) / divisor));
  } else {
    v128.store(y, quotients(a, b, divisor));
    v128.store(y, quotients(c, d, divisor), 16);
  }
}

@inline
function quotients(a: v128, b: v128, divisor: f64): v128 {
  const p = f32x4.demote_f64x2_zero(f64x2.div(a, f64x2.splat(divisor)));
  const q = f32x4.demote_f64x2_zero(f64x2.div(b, f64x2.splat(divisor)));
  return v128.shuffle<f32>(p, q, 0, 1, 4, 5);
}
