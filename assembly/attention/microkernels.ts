// The two products of a tile on 4 x 8 register tiles: of the backward pass over panels of eights (pack.ts), and the
// second of four rows over values where they are.  Other tiles go through gemm/tile.ts.
import { at } from '../lanes/address';
import { madd } from '../lanes/madd';
import { ROW } from './problem';

/**
 * s[0..4)[from..to) = q . k, each a single chain over d = 0..D-1.  s: rows of KEYS, q: [d][4],
 * panel: [key / 8][d][8], from and to multiples of 8.
 */
export function scoreRows(s: usize, q: usize, panel: usize, D: i32, from: i32, to: i32): void {
  const depth = (<usize>D) << 5;
  let k = at(panel, from * D);
  const stop = at(s, to);
  for (let x = at(s, from); x < stop; x += 32) {
    let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
    let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
    let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
    let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
    let a = q;
    for (const end = k + depth; k < end; k += 32) {
      const b0 = v128.load(k);
      const b1 = v128.load(k, 16);
      let t = v128.load_splat<f32>(a);
      c00 = madd(t, b0, c00);
      c01 = madd(t, b1, c01);
      t = v128.load_splat<f32>(a, 4);
      c10 = madd(t, b0, c10);
      c11 = madd(t, b1, c11);
      t = v128.load_splat<f32>(a, 8);
      c20 = madd(t, b0, c20);
      c21 = madd(t, b1, c21);
      t = v128.load_splat<f32>(a, 12);
      c30 = madd(t, b0, c30);
      c31 = madd(t, b1, c31);
      a += 16;
    }
    v128.store(x, c00);
    v128.store(x, c01, 16);
    v128.store(x, c10, ROW);
    v128.store(x, c11, ROW + 16);
    v128.store(x, c20, 2 * ROW);
    v128.store(x, c21, 2 * ROW + 16);
    v128.store(x, c30, 3 * ROW);
    v128.store(x, c31, 3 * ROW + 16);
  }
}

/**
 * acc[0..4)[0..accS) = acc * alpha + sum over j in [from, to) of w[.][j] * v[j], a single chain over j.
 * acc: rows of accS (a multiple of 8), alpha: (4), w: rows of KEYS.  v: the block's first key, keys lie
 * `key` bytes apart and eights of columns `eight` bytes: packed values, or values where they are.
 */
export function weighRows(
  acc: usize, accS: i32, alpha: usize, w: usize, v: usize, key: usize, eight: usize, from: i32, to: i32,
): void {
  const row = (<usize>accS) << 2;
  const first = at(w, from);
  const last = at(w, to);
  v += key * <usize>from;
  for (const stop = acc + row; acc < stop; acc += 32) {
    const a1 = acc + row, a2 = a1 + row, a3 = a2 + row;
    let t = v128.load_splat<f32>(alpha);
    let c00 = f32x4.mul(v128.load(acc), t), c01 = f32x4.mul(v128.load(acc, 16), t);
    t = v128.load_splat<f32>(alpha, 4);
    let c10 = f32x4.mul(v128.load(a1), t), c11 = f32x4.mul(v128.load(a1, 16), t);
    t = v128.load_splat<f32>(alpha, 8);
    let c20 = f32x4.mul(v128.load(a2), t), c21 = f32x4.mul(v128.load(a2, 16), t);
    t = v128.load_splat<f32>(alpha, 12);
    let c30 = f32x4.mul(v128.load(a3), t), c31 = f32x4.mul(v128.load(a3, 16), t);
    let b = v;
    for (let x = first; x < last; x += 4) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      t = v128.load_splat<f32>(x);
      c00 = madd(t, b0, c00);
      c01 = madd(t, b1, c01);
      t = v128.load_splat<f32>(x, ROW);
      c10 = madd(t, b0, c10);
      c11 = madd(t, b1, c11);
      t = v128.load_splat<f32>(x, 2 * ROW);
      c20 = madd(t, b0, c20);
      c21 = madd(t, b1, c21);
      t = v128.load_splat<f32>(x, 3 * ROW);
      c30 = madd(t, b0, c30);
      c31 = madd(t, b1, c31);
      b += key;
    }
    v128.store(acc, c00);
    v128.store(acc, c01, 16);
    v128.store(a1, c10);
    v128.store(a1, c11, 16);
    v128.store(a2, c20);
    v128.store(a2, c21, 16);
    v128.store(a3, c30);
    v128.store(a3, c31, 16);
    v += eight;
  }
}
