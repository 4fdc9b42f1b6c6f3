// The microkernel: two rows of A (contiguous along k) against one whole panel of B; the sums begin with two
// rows at s and go to C.  K >= 1.  Strides and addresses in bytes.
//
// What V8 makes of it decides its speed, so the form matters:
// - Two rows by sixteen columns is the largest tile whose eight sums, four B vectors, two A vectors and
//   a product fit the sixteen registers of x86-64 when all loads of a step come first, as V8 before
//   Turboshaft arranges them.
// - `if (b == odd) break` ends a sum of odd length, and it is a barrier between the two steps: without
//   it Binaryen nests the second step's expressions into the first one's, and the registers overflow.
// - Addresses advance before they are used: the result of an i32 addition needs no zero extension.
// - It does nothing but eight loads, the loop and eight stores, and is called from two places so that it is not
//   inlined: the order of the stores, and of whatever else is in the function, reorders the loop.
import { madd } from '../lanes/madd';
import { ROW } from './layout';

export function tile2(
  c: usize, c1: usize, s: usize, s1: usize, a: usize, a1: usize, b: usize, K: i32,
): void {
  let c00 = v128.load(s), c01 = v128.load(s, 16), c02 = v128.load(s, 32), c03 = v128.load(s, 48);
  s += s1;
  let c10 = v128.load(s), c11 = v128.load(s, 16), c12 = v128.load(s, 32), c13 = v128.load(s, 48);
  const last = b + <usize>((K - 1) & ~1) * ROW; // where the last pair of steps begins
  const odd = K & 1 ? last : 0; // where to leave after one step
  let x = a - 8;
  let y = a + a1 - 8;
  b -= 2 * ROW;
  do {
    b += 2 * ROW;
    x += 8;
    y += 8;
    {
      const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
      const x0 = v128.load_splat<f32>(x);
      c00 = madd(x0, b0, c00), c01 = madd(x0, b1, c01), c02 = madd(x0, b2, c02), c03 = madd(x0, b3, c03);
      const y0 = v128.load_splat<f32>(y);
      c10 = madd(y0, b0, c10), c11 = madd(y0, b1, c11), c12 = madd(y0, b2, c12), c13 = madd(y0, b3, c13);
    }
    if (b == odd) break;
    {
      const b0 = v128.load(b, 64), b1 = v128.load(b, 80), b2 = v128.load(b, 96), b3 = v128.load(b, 112);
      const x0 = v128.load_splat<f32>(x, 4);
      c00 = madd(x0, b0, c00), c01 = madd(x0, b1, c01), c02 = madd(x0, b2, c02), c03 = madd(x0, b3, c03);
      const y0 = v128.load_splat<f32>(y, 4);
      c10 = madd(y0, b0, c10), c11 = madd(y0, b1, c11), c12 = madd(y0, b2, c12), c13 = madd(y0, b3, c13);
    }
  } while (b < last);
  const d = c + c1;
  v128.store(c, c00), v128.store(c, c01, 16), v128.store(c, c02, 32), v128.store(c, c03, 48);
  v128.store(d, c10), v128.store(d, c11, 16), v128.store(d, c12, 32), v128.store(d, c13, 48);
}
