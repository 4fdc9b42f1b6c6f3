// The product with the transposed matrix of a tile: what rows of queries give to keys and values.
import { at } from '../lanes/address';
import { madd } from '../lanes/madd';
import { KEYS, ROW } from './problem';

/**
 * acc[i][0..accS) += sum over rows r in [from, to) of w[r][i] * b[r], i = 0..3, a single chain over r.
 * acc: rows of accS (a multiple of 8), w: rows of KEYS, panel: [column / 8][row][8].
 */
export function weighColumns(acc: usize, accS: i32, w: usize, panel: usize, from: i32, to: i32): void {
  const row = (<usize>accS) << 2;
  const first = w + <usize>from * ROW;
  const last = w + <usize>to * ROW;
  panel = at(panel, from << 3);
  for (const stop = acc + row; acc < stop; acc += 32) {
    const a1 = acc + row, a2 = a1 + row, a3 = a2 + row;
    let c00 = v128.load(acc), c01 = v128.load(acc, 16);
    let c10 = v128.load(a1), c11 = v128.load(a1, 16);
    let c20 = v128.load(a2), c21 = v128.load(a2, 16);
    let c30 = v128.load(a3), c31 = v128.load(a3, 16);
    let b = panel;
    for (let x = first; x < last; x += ROW) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      let t = v128.load_splat<f32>(x);
      c00 = madd(t, b0, c00);
      c01 = madd(t, b1, c01);
      t = v128.load_splat<f32>(x, 4);
      c10 = madd(t, b0, c10);
      c11 = madd(t, b1, c11);
      t = v128.load_splat<f32>(x, 8);
      c20 = madd(t, b0, c20);
      c21 = madd(t, b1, c21);
      t = v128.load_splat<f32>(x, 12);
      c30 = madd(t, b0, c30);
      c31 = madd(t, b1, c31);
      b += 32;
    }
    v128.store(acc, c00);
    v128.store(acc, c01, 16);
    v128.store(a1, c10);
    v128.store(a1, c11, 16);
    v128.store(a2, c20);
    v128.store(a2, c21, 16);
    v128.store(a3, c30);
    v128.store(a3, c31, 16);
    panel += KEYS << 5;
  }
}
