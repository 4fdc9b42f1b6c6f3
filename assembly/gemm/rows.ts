// The general forms of the microkernel: any strides of A, any K >= 0, a panel that is only partly in C,
// a residual that is C itself.  Sums stay in registers until finishRow has dealt with them.
import { madd } from '../lanes/madd';
import { finishRow } from './finish';
import { ROW } from './layout';

/** One panel, `columns` of it in C.  Strides and addresses in bytes. */
export function anyPanel(
  c: usize, c1: usize, a: usize, a1: usize, ak: usize, b: usize, rows: i32, K: i32,
  bias: usize, residual: usize, r1: usize, act: i32, columns: i32,
): void {
  let m = 0;
  for (; m + 2 <= rows; m += 2) {
    rows2(c, c1, a, a1, ak, b, K, bias, residual, r1, act, columns);
    c += 2 * c1;
    a += 2 * a1;
    if (residual) residual += 2 * r1;
  }
  if (m < rows) rows1(c, a, ak, b, K, bias, residual, act, columns);
}

/** Two rows. */
function rows2(
  c: usize, c1: usize, a: usize, a1: usize, ak: usize, b: usize, K: i32,
  bias: usize, residual: usize, r1: usize, act: i32, columns: i32,
): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0), c03 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0), c12 = f32x4.splat(0), c13 = f32x4.splat(0);
  let x = a;
  let y = a + a1;
  for (const end = b + <usize>K * ROW; b < end; b += ROW) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    const x0 = v128.load_splat<f32>(x);
    c00 = madd(x0, b0, c00), c01 = madd(x0, b1, c01), c02 = madd(x0, b2, c02), c03 = madd(x0, b3, c03);
    const y0 = v128.load_splat<f32>(y);
    c10 = madd(y0, b0, c10), c11 = madd(y0, b1, c11), c12 = madd(y0, b2, c12), c13 = madd(y0, b3, c13);
    x += ak;
    y += ak;
  }
  finishRow(c, c00, c01, c02, c03, bias, residual, act, columns);
  finishRow(c + c1, c10, c11, c12, c13, bias, residual ? residual + r1 : 0, act, columns);
}

/** One row. */
function rows1(
  c: usize, a: usize, ak: usize, b: usize, K: i32, bias: usize, residual: usize, act: i32, columns: i32,
): void {
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), c2 = f32x4.splat(0), c3 = f32x4.splat(0);
  for (const end = b + <usize>K * ROW; b < end; b += ROW) {
    const x = v128.load_splat<f32>(a);
    c0 = madd(x, v128.load(b), c0), c1 = madd(x, v128.load(b, 16), c1);
    c2 = madd(x, v128.load(b, 32), c2), c3 = madd(x, v128.load(b, 48), c3);
    a += ak;
  }
  finishRow(c, c0, c1, c2, c3, bias, residual, act, columns);
}
