// Root mean square normalization over rows (B. Zhang and R. Sennrich, 2019).
//   y = x / sqrt(mean(x^2) + eps) * (offset + weight); offset is 0, or 1 in Gemma's convention.
// x, y, dy, dx: (M, N) f32, dense; weight, dweight: (N), absent (address 0) for no scaling at all.
// y may alias x, dx may alias dy or x.  |x| sqrt(N) must stay below 1.8e19, where its square overflows.
// Error: 8 2^-23 |y| for N up to 10^5.
import { at, row } from '../lanes/address';
import { madd } from '../lanes/madd';
import { sumLanes } from '../lanes/reduce';
import { squares } from '../lanes/sums';
import { loadPart, storePart } from '../lanes/tail';

@inline
function reciprocalRms(x: usize, N: i32, eps: f32): f32 {
  return 1 / sqrt<f32>(squares(x, N, 0) / <f32>N + eps);
}

@inline
function scale(v: v128, weight: usize, j: i32, n: i32, offset: v128): v128 {
  return weight ? f32x4.mul(v, f32x4.add(loadPart(at(weight, j), n, 0), offset)) : v;
}

export function rms_norm_f32(
  y: usize, x: usize, weight: usize, offset: f32, N: i32, eps: f32, begin: i32, end: i32,
): void {
  const o = f32x4.splat(offset);
  for (let i = begin; i < end; i++) {
    const from = row(x, i, N);
    const to = row(y, i, N);
    const r = f32x4.splat(reciprocalRms(from, N, eps));
    let j = 0;
    if (weight) {
      for (; j + 8 <= N; j += 8) {
        const p = at(weight, j);
        const u = f32x4.mul(f32x4.mul(v128.load(at(from, j)), r), f32x4.add(v128.load(p), o));
        const v = f32x4.mul(f32x4.mul(v128.load(at(from, j), 16), r), f32x4.add(v128.load(p, 16), o));
        v128.store(at(to, j), u);
        v128.store(at(to, j), v, 16);
      }
    }
    for (; j < N; j += 4) {
      const n = N - j;
      storePart(at(to, j), scale(f32x4.mul(loadPart(at(from, j), n, 0), r), weight, j, n, o), n);
    }
  }
}

/** With h = x rrms and g = dy (offset + weight): dx = rrms (g - h mean(g h)); dweight += sum over rows dy h. */
export function rms_norm_f32_backward(
  dx: usize, dweight: usize, dy: usize, x: usize, weight: usize, offset: f32,
  N: i32, eps: f32, begin: i32, end: i32,
): void {
  const o = f32x4.splat(offset);
  for (let i = begin; i < end; i++) {
    const from = row(x, i, N);
    const up = row(dy, i, N);
    const to = row(dx, i, N);
    const r = f32x4.splat(reciprocalRms(from, N, eps));
    let sumGH = f32x4.splat(0);
    for (let j = 0; j < N; j += 4) {
      const n = N - j;
      const g = loadPart(at(up, j), n, 0);
      const h = f32x4.mul(loadPart(at(from, j), n, 0), r);
      if (dweight) {
        const p = at(dweight, j);
        storePart(p, madd(g, h, loadPart(p, n, 0)), n);
      }
      sumGH = madd(scale(g, weight, j, n, o), h, sumGH);
    }
    const meanGH = f32x4.splat(sumLanes(sumGH) / <f32>N);
    for (let j = 0; j < N; j += 4) {
      const n = N - j;
      const g = scale(loadPart(at(up, j), n, 0), weight, j, n, o);
      const h = f32x4.mul(loadPart(at(from, j), n, 0), r);
      storePart(at(to, j), f32x4.mul(f32x4.sub(g, f32x4.mul(h, meanGH)), r), n);
    }
  }
}
