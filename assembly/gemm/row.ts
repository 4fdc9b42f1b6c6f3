// One row of A against two whole panels of B at once: two streams of weights hide more of the memory's
// latency than one, and eight sums more of the addition's.  A contiguous, K >= 1; the sums go to C.
// The loop's one exit stands between the panels: a barrier, for the reason given in tile.ts.
import { madd } from '../lanes/madd';
import { ROW } from './layout';

export function row(c: usize, a: usize, b: usize, K: i32): void {
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), c2 = f32x4.splat(0), c3 = f32x4.splat(0);
  let d0 = f32x4.splat(0), d1 = f32x4.splat(0), d2 = f32x4.splat(0), d3 = f32x4.splat(0);
  const last = b + <usize>(K - 1) * ROW;
  let d = last;
  let x: v128;
  a -= 4;
  b -= ROW;
  while (true) {
    a += 4;
    b += ROW;
    x = v128.load_splat<f32>(a);
    c0 = madd(x, v128.load(b), c0), c1 = madd(x, v128.load(b, 16), c1);
    c2 = madd(x, v128.load(b, 32), c2), c3 = madd(x, v128.load(b, 48), c3);
    d += ROW;
    if (b == last) break;
    d0 = madd(x, v128.load(d), d0), d1 = madd(x, v128.load(d, 16), d1);
    d2 = madd(x, v128.load(d, 32), d2), d3 = madd(x, v128.load(d, 48), d3);
  }
  d0 = madd(x, v128.load(d), d0), d1 = madd(x, v128.load(d, 16), d1);
  d2 = madd(x, v128.load(d, 32), d2), d3 = madd(x, v128.load(d, 48), d3);
  v128.store(c, c0), v128.store(c, c1, 16), v128.store(c, c2, 32), v128.store(c, c3, 48);
  v128.store(c, d0, 64), v128.store(c, d1, 80), v128.store(c, d2, 96), v128.store(c, d3, 112);
}
