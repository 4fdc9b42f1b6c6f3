// Mean and reciprocal standard deviation of a row, by the corrected two-pass algorithm (T. F. Chan,
// G. H. Golub and R. J. LeVeque, "Algorithms for computing the sample variance", 1983): the rounded
// mean m is taken away first, and the mean of what is left, d, corrects both it and the variance, so
// that an offset much larger than the deviations costs nothing.
import { at } from '../lanes/address';
import { madd } from '../lanes/madd';
import { sumLanes } from '../lanes/reduce';
import { sum } from '../lanes/sums';
import { loadPart } from '../lanes/tail';

const BLOCK: i32 = 1024;

/** [sum (x - m), sum (x - m)^2, 0, 0], in the order of lanes/sums.ts with two accumulators each. */
function deviations(x: usize, N: i32, m: f32): v128 {
  const mean = f32x4.splat(m);
  let total = f32x4.splat(0);
  let squares = f32x4.splat(0);
  for (let i = 0; i < N; ) {
    const stop = min(i + BLOCK, N);
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let q0 = s0;
    let q1 = s0;
    for (; i + 8 <= stop; i += 8) {
      const u = f32x4.sub(v128.load(at(x, i)), mean);
      const v = f32x4.sub(v128.load(at(x, i), 16), mean);
      s0 = f32x4.add(s0, u);
      s1 = f32x4.add(s1, v);
      q0 = madd(u, u, q0);
      q1 = madd(v, v, q1);
    }
    if (i < stop) {
      const u = f32x4.sub(loadPart(at(x, i), stop - i, m), mean);
      const v = f32x4.sub(loadPart(at(x, i + 4), stop - i - 4, m), mean);
      s0 = f32x4.add(s0, u);
      s1 = f32x4.add(s1, v);
      q0 = madd(u, u, q0);
      q1 = madd(v, v, q1);
      i = stop;
    }
    total = f32x4.add(total, f32x4.add(s0, s1));
    squares = f32x4.add(squares, f32x4.add(q0, q1));
  }
  return f32x4.replace_lane(f32x4.splat(sumLanes(total)), 1, sumLanes(squares));
}

/** [m, d, 1 / sqrt(variance + eps), m + d]: the mean is m + d, of which m is the larger part. */
export function moments(x: usize, N: i32, eps: f32): v128 {
  const n = <f32>N;
  const m = sum(x, N) / n;
  const s = deviations(x, N, m);
  const left = f32x4.extract_lane(s, 0);
  const d = left / n;
  const variance = max<f32>((f32x4.extract_lane(s, 1) - left * d) / n, 0);
  let v = f32x4.replace_lane(f32x4.splat(m), 1, d);
  v = f32x4.replace_lane(v, 2, 1 / sqrt<f32>(variance + eps));
  return f32x4.replace_lane(v, 3, m + d);
}

/** One lane of `moments` in all four. */
@inline
export function spread(v: v128, lane: i32): v128 {
  if (lane == 0) return v128.shuffle<f32>(v, v, 0, 0, 0, 0);
  if (lane == 1) return v128.shuffle<f32>(v, v, 1, 1, 1, 1);
  if (lane == 2) return v128.shuffle<f32>(v, v, 2, 2, 2, 2);
  return v128.shuffle<f32>(v, v, 3, 3, 3, 3);
}

/** (x - m - d) * rstd */
@inline
export function normalized(x: v128, m: v128, d: v128, rstd: v128): v128 {
  return f32x4.mul(f32x4.sub(f32x4.sub(x, m), d), rstd);
}
