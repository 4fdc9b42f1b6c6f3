// The microkernel: two rows of activations against a panel as steps: in the relaxed variant as it lies, in the default
// one from widen.ts.  The sums in t grow.  Addresses in bytes, S >= 1 steps of at most
// MOST_QUADS quads.  The form is that of gemm/tile.ts, for the reasons given there.
import { addPairs, dotStep } from '../lanes/dot';
import { quadsStart } from '../lanes/quads';
import { WIDE_ROW } from './layout';
import { grow } from './row';

export function tile2(t: usize, a: usize, a1: usize, b: usize, S: i32): void {
  let c00 = quadsStart(), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  const pairs = addPairs();
  const last = b + <usize>((S - 1) & ~1) * WIDE_ROW; // where the last pair of steps begins
  const odd = S & 1 ? last : 0; // where to leave after one step
  let x = a - 8;
  let y = a + a1 - 8;
  b -= 2 * WIDE_ROW;
  do {
    b += 2 * WIDE_ROW;
    x += 8;
    y += 8;
    {
      const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
      const x0 = v128.load_splat<i32>(x);
      c00 = dotStep<i8>(b0, x0, c00, pairs), c01 = dotStep<i8>(b1, x0, c01, pairs);
      c02 = dotStep<i8>(b2, x0, c02, pairs), c03 = dotStep<i8>(b3, x0, c03, pairs);
      const y0 = v128.load_splat<i32>(y);
      c10 = dotStep<i8>(b0, y0, c10, pairs), c11 = dotStep<i8>(b1, y0, c11, pairs);
      c12 = dotStep<i8>(b2, y0, c12, pairs), c13 = dotStep<i8>(b3, y0, c13, pairs);
    }
    if (b == odd) break;
    {
      const b0 = v128.load(b, 64), b1 = v128.load(b, 80), b2 = v128.load(b, 96), b3 = v128.load(b, 112);
      const x0 = v128.load_splat<i32>(x, 4);
      c00 = dotStep<i8>(b0, x0, c00, pairs), c01 = dotStep<i8>(b1, x0, c01, pairs);
      c02 = dotStep<i8>(b2, x0, c02, pairs), c03 = dotStep<i8>(b3, x0, c03, pairs);
      const y0 = v128.load_splat<i32>(y, 4);
      c10 = dotStep<i8>(b0, y0, c10, pairs), c11 = dotStep<i8>(b1, y0, c11, pairs);
      c12 = dotStep<i8>(b2, y0, c12, pairs), c13 = dotStep<i8>(b3, y0, c13, pairs);
    }
  } while (b < last);
  grow(t, c00, c01, c02, c03);
  grow(t + 64, c10, c11, c12, c13);
}
