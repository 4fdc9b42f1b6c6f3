// Rows scaled to Euclidean length 1: y = x / max(|x|, eps).
// x, y, dy, dx: (M, N) f32, dense; y may alias x, dx may alias dy or x.  |x| must stay below 1.8e19,
// where its square overflows.  Error: 4 2^-23 |y| for N up to 10^5.
import { at, row } from '../lanes/address';
import { dot, squares } from '../lanes/sums';
import { loadPart, storePart } from '../lanes/tail';

export function l2_normalize_f32(y: usize, x: usize, N: i32, eps: f32, begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    const from = row(x, i, N);
    const to = row(y, i, N);
    const length = f32x4.splat(max<f32>(sqrt<f32>(squares(from, N, 0)), eps));
    for (let j = 0; j < N; j += 4) {
      const n = N - j;
      storePart(at(to, j), f32x4.div(loadPart(at(from, j), n, 0), length), n);
    }
  }
}

/** dx = (dy - x (dy . x) / |x|^2) / |x|, or dy / eps where |x| <= eps.  Needs x, never y. */
export function l2_normalize_f32_backward(
  dx: usize, dy: usize, x: usize, N: i32, eps: f32, begin: i32, end: i32,
): void {
  for (let i = begin; i < end; i++) {
    const from = row(x, i, N);
    const up = row(dy, i, N);
    const to = row(dx, i, N);
    const length = sqrt<f32>(squares(from, N, 0));
    const free = length > eps;
    const along = f32x4.splat(free ? dot(up, from, N) / length / length : 0);
    const divisor = f32x4.splat(free ? length : eps);
    for (let j = 0; j < N; j += 4) {
      const n = N - j;
      const across = f32x4.mul(loadPart(at(from, j), n, 0), along);
      storePart(at(to, j), f32x4.div(f32x4.sub(loadPart(at(up, j), n, 0), across), divisor), n);
    }
  }
}
