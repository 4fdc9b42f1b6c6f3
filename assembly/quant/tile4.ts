// Two rows of activations against one group of int4 weights that lie there as steps (lanes/nibbles.ts): sums of the
// group, begun with the rows' zero points, become numbers and are added to f, two rows of NR f32.
// The loop is that of tile.ts, for the reasons given there.  Addresses in bytes.
import { dotStep } from '../lanes/dot';
import { groupStart, stepsSum } from '../lanes/nibbles';
import { WIDE_ROW } from './layout';
import { HEAD4, STEPS4 } from './layout4';
import { grow } from './row4';

/** a: the first row's record, a1 to the second's · b: STEPS4 steps · scales: NR f32 */
export function groupTile2(f: usize, a: usize, a1: usize, b: usize, scales: usize): void {
  let c00 = groupStart(v128.load_splat<i32>(a, 4)), c01 = c00, c02 = c00, c03 = c00;
  let c10 = groupStart(v128.load_splat<i32>(a + a1, 4)), c11 = c10, c12 = c10, c13 = c10;
  const end = b + <usize>STEPS4 * WIDE_ROW;
  let x = a + HEAD4 - 8;
  let y = x + a1;
  b -= 2 * WIDE_ROW;
  const last = end - 2 * WIDE_ROW;
  do {
    b += 2 * WIDE_ROW;
    x += 8;
    y += 8;
    {
      const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
      const x0 = v128.load_splat<i32>(x);
      c00 = dotStep<u8>(b0, x0, c00), c01 = dotStep<u8>(b1, x0, c01);
      c02 = dotStep<u8>(b2, x0, c02), c03 = dotStep<u8>(b3, x0, c03);
      const y0 = v128.load_splat<i32>(y);
      c10 = dotStep<u8>(b0, y0, c10), c11 = dotStep<u8>(b1, y0, c11);
      c12 = dotStep<u8>(b2, y0, c12), c13 = dotStep<u8>(b3, y0, c13);
    }
    if (b == end) break; // never: a barrier
    {
      const b0 = v128.load(b, 64), b1 = v128.load(b, 80), b2 = v128.load(b, 96), b3 = v128.load(b, 112);
      const x0 = v128.load_splat<i32>(x, 4);
      c00 = dotStep<u8>(b0, x0, c00), c01 = dotStep<u8>(b1, x0, c01);
      c02 = dotStep<u8>(b2, x0, c02), c03 = dotStep<u8>(b3, x0, c03);
      const y0 = v128.load_splat<i32>(y, 4);
      c10 = dotStep<u8>(b0, y0, c10), c11 = dotStep<u8>(b1, y0, c11);
      c12 = dotStep<u8>(b2, y0, c12), c13 = dotStep<u8>(b3, y0, c13);
    }
  } while (b < last);
  growRow(f, a, c00, c01, c02, c03, scales);
  growRow(f + 64, a + a1, c10, c11, c12, c13, scales);
}

@inline
function growRow(f: usize, a: usize, c0: v128, c1: v128, c2: v128, c3: v128, scales: usize): void {
  const scale = v128.load_splat<f32>(a);
  const minus = v128.load_splat<i32>(a, 4);
  v128.store(f, grow(v128.load(f), stepsSum(c0, minus), scale, v128.load(scales)));
  v128.store(f, grow(v128.load(f, 16), stepsSum(c1, minus), scale, v128.load(scales, 16)), 16);
  v128.store(f, grow(v128.load(f, 32), stepsSum(c2, minus), scale, v128.load(scales, 32)), 32);
  v128.store(f, grow(v128.load(f, 48), stepsSum(c3, minus), scale, v128.load(scales, 48)), 48);
}
