// Random numbers written to y[begin..end), y: (N) f32.  y[i] is made from the word at position + i of the
// stream `seed` (philox.ts); seed and position are integers of [0, 2^53).
// On the default variant the bits are the same on every host.
import { storeTail } from '../lanes/tail';
import { erf, erfinv } from '../math/calls';
import { fromLane, philox, symmetric, unit } from './philox';

const enum Kind {
  Uniform,
  Normal,
  TruncatedNormal,
}

const SQRT2: f32 = 1.4142135;
const SQRT_HALF: f32 = 0.70710677;

/** Uniform: low + (high - low) u, u of [0, 1); rounding may give `high` itself. */
export function random_uniform_f32(
  y: usize, seed: f64, position: f64, low: f32, high: f32, begin: i32, end: i32,
): void {
  fill(Kind.Uniform, y, seed, position, low, high, 0, 0, begin, end);
}

/** Normal: mean + std z, |z| <= 5.42; each z by inversion of the distribution function. */
export function random_normal_f32(
  y: usize, seed: f64, position: f64, mean: f32, std: f32, begin: i32, end: i32,
): void {
  fill(Kind.Normal, y, seed, position, mean, std, 0, 0, begin, end);
}

/** Normal, conditioned on [low, high]; mean may lie outside.  By inversion, then clamped for rounding. */
export function random_trunc_normal_f32(
  y: usize, seed: f64, position: f64, mean: f32, std: f32, low: f32, high: f32, begin: i32, end: i32,
): void {
  fill(Kind.TruncatedNormal, y, seed, position, mean, std, low, high, begin, end);
}

@inline
function fill(
  kind: Kind, y: usize, seed: f64, position: f64, a: f32, b: f32, low: f32, high: f32, begin: i32, end: i32,
): void {
  const key = <u64>seed;
  const first = <u64>position;
  // erf at the cuts: the bounds of 2 F - 1, F the distribution function.
  const from = kind == Kind.TruncatedNormal ? erf(f32x4.splat(((low - a) / b) * SQRT_HALF)) : f32x4.splat(a);
  const to = kind == Kind.TruncatedNormal ? erf(f32x4.splat(((high - a) / b) * SQRT_HALF)) : f32x4.splat(b);
  for (let i = begin; i < end; ) {
    const at = first + <u64>i;
    const lane = <i32>(at & 3);
    const words = philox(key, at >> 2);
    let v: v128;
    if (kind == Kind.Normal) {
      v = scale(erfinv(symmetric(words)), a, b);
    } else {
      v = f32x4.add(from, f32x4.mul(f32x4.sub(to, from), unit(words)));
      if (kind == Kind.TruncatedNormal) {
        v = f32x4.max(f32x4.min(scale(erfinv(v), a, b), f32x4.splat(high)), f32x4.splat(low));
      }
    }
    i += put(y + ((<usize>i) << 2), v, lane, end - i);
  }
}

@inline
function scale(z: v128, mean: f32, std: f32): v128 {
  return f32x4.add(f32x4.splat(mean), f32x4.mul(f32x4.splat(std * SQRT2), z));
}

/** Stores the lanes from `lane` on, at most n; returns how many. */
@inline
function put(y: usize, v: v128, lane: i32, n: i32): i32 {
  const count = min(4 - lane, n);
  if (count == 4) v128.store(y, v);
  else storeTail(y, fromLane(v, lane), count);
  return count;
}
