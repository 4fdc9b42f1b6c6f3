// The backward of broadcasting: y = the sum of x over the dimensions along which y was repeated.
// x: (n0, n1, n2, n3) f32, dense.  y: the same shape through strides, 0 along each summed dimension;
// along the others its elements are distinct.  accumulate: add to y instead of overwriting it (else y
// is never read).  Range: [begin, end) of the kept elements in row-major order, so a split never parts
// a sum.  y does not overlap x.
//
// Each sum is taken in doubles, in row-major order (a summed last dimension by 16 lanes), and rounded
// once: within 0.51 ulp unless terms cancel to below 2^-29 of their size.
import { put1, sumRow, sumSide } from '../reduce/sums';

export function sum_to_f32(
  y: usize, x: usize, accumulate: i32,
  n0: i32, n1: i32, n2: i32, n3: i32,
  y0: i32, y1: i32, y2: i32, y3: i32,
  begin: i32, end: i32,
): void {
  // kept sizes k and summed sizes s: of each pair one is 1
  const k1 = y1 ? n1 : 1;
  const k2 = y2 ? n2 : 1;
  const k3 = y3 ? n3 : 1;
  const s0 = y0 ? 1 : n0;
  const s1 = y1 ? 1 : n1;
  const s2 = y2 ? 1 : n2;
  const add = accumulate != 0;
  const t0 = (<usize>(n1 * n2 * n3)) << 2;
  const t1 = (<usize>(n2 * n3)) << 2;
  const t2 = (<usize>n3) << 2;
  for (let e = begin; e < end; ) {
    const i3 = e % k3;
    const i2 = e / k3 % k2;
    const i1 = e / k3 / k2 % k1;
    const i0 = e / k3 / k2 / k1;
    const px = x + <usize>i0 * t0 + <usize>i1 * t1 + <usize>i2 * t2 + ((<usize>i3) << 2);
    const py = y + ((<usize>(i0 * y0 + i1 * y1 + i2 * y2 + i3 * y3)) << 2);
    const side = y3 == 1 ? min(k3 - i3, end - e) : 1; // so many columns lie side by side
    if (y3 == 0 && n3 > 1) {
      let total: f64 = 0;
      for (let j0 = 0; j0 < s0; j0++)
        for (let j1 = 0; j1 < s1; j1++)
          for (let j2 = 0; j2 < s2; j2++)
            total += sumRow(px + <usize>j0 * t0 + <usize>j1 * t1 + <usize>j2 * t2, n3);
      put1(py, total, 1, false, add);
      e++;
    } else e += sumSide(side, py, px, s0, s1, s2, t0, t1, t2, 1, add);
  }
}
