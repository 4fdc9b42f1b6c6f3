// Layer normalization over rows (J. L. Ba, J. R. Kiros and G. E. Hinton, 2016).
//   y = (x - mean) / sqrt(variance + eps) * weight + bias, the variance being that of the population.
// x, y, dy, dx: (M, N) f32, dense; weight, bias, dweight, dbias: (N); mean, rstd: (M).  y may alias x,
// dx may alias dy or x.  weight, bias, mean, rstd, dweight and dbias may be absent (address 0).
// Error: 8 2^-23 max |y| for N up to 10^5, whatever the offset of x.
import { at, row } from '../lanes/address';
import { madd } from '../lanes/madd';
import { sumLanes } from '../lanes/reduce';
import { loadPart, storePart } from '../lanes/tail';
import { moments, normalized, spread } from './moments';

export function layer_norm_f32(
  y: usize, x: usize, weight: usize, bias: usize, mean: usize, rstd: usize,
  N: i32, eps: f32, begin: i32, end: i32,
): void {
  for (let i = begin; i < end; i++) {
    const from = row(x, i, N);
    const to = row(y, i, N);
    const s = moments(from, N, eps);
    if (mean) store<f32>(at(mean, i), f32x4.extract_lane(s, 3));
    if (rstd) store<f32>(at(rstd, i), f32x4.extract_lane(s, 2));
    const m = spread(s, 0);
    const d = spread(s, 1);
    const r = spread(s, 2);
    let j = 0;
    if (weight && bias) {
      for (; j + 8 <= N; j += 8) {
        const p = at(weight, j);
        const q = at(bias, j);
        const u = f32x4.mul(normalized(v128.load(at(from, j)), m, d, r), v128.load(p));
        const v = f32x4.mul(normalized(v128.load(at(from, j), 16), m, d, r), v128.load(p, 16));
        v128.store(at(to, j), f32x4.add(u, v128.load(q)));
        v128.store(at(to, j), f32x4.add(v, v128.load(q, 16)), 16);
      }
    }
    for (; j < N; j += 4) {
      const n = N - j;
      let v = normalized(loadPart(at(from, j), n, 0), m, d, r);
      if (weight) v = f32x4.mul(v, loadPart(at(weight, j), n, 0));
      if (bias) v = f32x4.add(v, loadPart(at(bias, j), n, 0));
      storePart(at(to, j), v, n);
    }
  }
}

/** p[j] += v, the first n lanes */
@inline
function accumulate(p: usize, v: v128, n: i32): void {
  storePart(p, f32x4.add(loadPart(p, n, 0), v), n);
}

/**
 * With h = (x - mean) rstd and g = dy weight:
 *   dx = rstd (g - mean(g) - h mean(g h));  dweight += sum over rows dy h;  dbias += sum over rows dy.
 */
export function layer_norm_f32_backward(
  dx: usize, dweight: usize, dbias: usize, dy: usize, x: usize, weight: usize,
  N: i32, eps: f32, begin: i32, end: i32,
): void {
  for (let i = begin; i < end; i++) {
    const from = row(x, i, N);
    const up = row(dy, i, N);
    const to = row(dx, i, N);
    const s = moments(from, N, eps);
    const m = spread(s, 0);
    const d = spread(s, 1);
    const r = spread(s, 2);
    let sumG = f32x4.splat(0);
    let sumGH = f32x4.splat(0);
    for (let j = 0; j < N; j += 4) {
      const n = N - j;
      let g = loadPart(at(up, j), n, 0);
      const h = normalized(loadPart(at(from, j), n, 0), m, d, r);
      if (dbias) accumulate(at(dbias, j), g, n);
      if (dweight) accumulate(at(dweight, j), f32x4.mul(g, h), n);
      if (weight) g = f32x4.mul(g, loadPart(at(weight, j), n, 0));
      sumG = f32x4.add(sumG, g);
      sumGH = madd(g, h, sumGH);
    }
    const meanG = f32x4.splat(sumLanes(sumG) / <f32>N);
    const meanGH = f32x4.splat(sumLanes(sumGH) / <f32>N);
    for (let j = 0; j < N; j += 4) {
      const n = N - j;
      let g = loadPart(at(up, j), n, 0);
      const h = normalized(loadPart(at(from, j), n, 0), m, d, r);
      if (weight) g = f32x4.mul(g, loadPart(at(weight, j), n, 0));
      const v = f32x4.sub(f32x4.sub(g, meanG), f32x4.mul(h, meanGH));
      storePart(at(to, j), f32x4.mul(v, r), n);
    }
  }
}
