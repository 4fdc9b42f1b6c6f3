// The microkernels: two rows or one row of A against one panel of B.  Strides and addresses in bytes.
//
// Two rows by sixteen columns is the largest tile whose eight sums, four B vectors, A and product fit
// the sixteen registers of x86-64 even though V8 before Turboshaft issues all loads of a block first.
// `if (b == odd) break` splits the loop after one step of k: it ends a sum of odd length, and it is a
// barrier that keeps the optimizer from interleaving the two steps and spilling.  The addresses are
// advanced before they are used because the result of an i32 addition needs no zero extension.
import { madd } from '../lanes/madd';
import { finishRow } from './finish';

const ROW: usize = 64; // bytes of a row of a panel

export function tile2(
  c: usize, c1: usize, a: usize, a1: usize, ak: usize, b: usize, K: i32,
  bias: usize, residual: usize, r1: usize, act: i32, columns: i32,
): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0), c03 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0), c12 = f32x4.splat(0), c13 = f32x4.splat(0);
  if (K > 0) {
    const end = b + <usize>(K - 1) * ROW; // after the last step of an even K, b is one row before it
    const odd = end;
    let x = a - ak;
    let y = a + a1 - ak;
    b -= 2 * ROW;
    do {
      b += 2 * ROW;
      x += ak;
      y += ak;
      {
        const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
        const x0 = v128.load_splat<f32>(x);
        c00 = madd(x0, b0, c00);
        c01 = madd(x0, b1, c01);
        c02 = madd(x0, b2, c02);
        c03 = madd(x0, b3, c03);
        const y0 = v128.load_splat<f32>(y);
        c10 = madd(y0, b0, c10);
        c11 = madd(y0, b1, c11);
        c12 = madd(y0, b2, c12);
        c13 = madd(y0, b3, c13);
      }
      if (b == odd) break;
      x += ak;
      y += ak;
      {
        const b0 = v128.load(b, 64), b1 = v128.load(b, 80), b2 = v128.load(b, 96), b3 = v128.load(b, 112);
        const x0 = v128.load_splat<f32>(x);
        c00 = madd(x0, b0, c00);
        c01 = madd(x0, b1, c01);
        c02 = madd(x0, b2, c02);
        c03 = madd(x0, b3, c03);
        const y0 = v128.load_splat<f32>(y);
        c10 = madd(y0, b0, c10);
        c11 = madd(y0, b1, c11);
        c12 = madd(y0, b2, c12);
        c13 = madd(y0, b3, c13);
      }
    } while (b < end - ROW);
  }
  finishRow(c, c00, c01, c02, c03, bias, residual, act, columns);
  finishRow(c + c1, c10, c11, c12, c13, bias, residual ? residual + r1 : 0, act, columns);
}

export function tile1(
  c: usize, a: usize, ak: usize, b: usize, K: i32, bias: usize, residual: usize, act: i32, columns: i32,
): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0), c03 = f32x4.splat(0);
  const end = b + <usize>K * ROW;
  a -= ak;
  b -= ROW;
  while (b + ROW < end) {
    b += ROW;
    a += ak;
    const x = v128.load_splat<f32>(a);
    c00 = madd(x, v128.load(b), c00);
    c01 = madd(x, v128.load(b, 16), c01);
    c02 = madd(x, v128.load(b, 32), c02);
    c03 = madd(x, v128.load(b, 48), c03);
  }
  finishRow(c, c00, c01, c02, c03, bias, residual, act, columns);
}
