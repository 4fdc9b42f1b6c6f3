// The two products of a few rows, as in decoding with grouped heads: keys and values are read where they are, once for
// all rows, so that nothing is packed.  Every element goes through the chain of operations of gemm/tile.ts and
// microkernels.ts, so that the result has the same bits.
import { at } from '../lanes/address';
import { madd } from '../lanes/madd';
import { storeColumns } from '../lanes/transpose';
import { ROW } from './problem';

/**
 * s[0..4)[from..to) = q . k: a lane is a row.  s: rows of KEYS, q: [d][4], k: the block's first key, keys lie `stride`
 * floats apart, D >= 1, from and to are multiples of 8.  Of keys from n on there are none: the last eight take up some
 * before them again, which may be keys before the block, whose scores are then set before s.
 *
 * Eight keys have eight sums.  V8 takes all loads of a block first, and those of two steps are too many for the
 * registers: so every step can be reached from the head, as in gemm/tile.ts, which a D that is no multiple of four makes
 * use of.
 */
export function scoreFew(s: usize, q: usize, k: usize, stride: i32, D: i32, from: i32, to: i32, n: i32): void {
  const step = (<usize>stride) << 2;
  const pad = <usize>(-D & 3) + 4;
  const end = q + ((<usize>D - 4) << 4);
  for (let j = from; j < to; j += 8) {
    const i = min(j, n - 8);
    let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
    let a = q - (pad << 4);
    let p0 = at(k, i * stride) - (pad << 2);
    do {
      a += 64;
      p0 += 16;
      const p1 = p0 + step, p2 = p1 + step, p3 = p2 + step, p4 = p3 + step, p5 = p4 + step, p6 = p5 + step;
      const p7 = p6 + step;
      switch (1) {
        case i32(a >= q): {
          const t = v128.load(a);
          c0 = madd(t, v128.load_splat<f32>(p0), c0), c1 = madd(t, v128.load_splat<f32>(p1), c1);
          c2 = madd(t, v128.load_splat<f32>(p2), c2), c3 = madd(t, v128.load_splat<f32>(p3), c3);
          c4 = madd(t, v128.load_splat<f32>(p4), c4), c5 = madd(t, v128.load_splat<f32>(p5), c5);
          c6 = madd(t, v128.load_splat<f32>(p6), c6), c7 = madd(t, v128.load_splat<f32>(p7), c7);
        }
        case i32(a + 16 >= q): {
          const t = v128.load(a, 16);
          c0 = madd(t, v128.load_splat<f32>(p0, 4), c0), c1 = madd(t, v128.load_splat<f32>(p1, 4), c1);
          c2 = madd(t, v128.load_splat<f32>(p2, 4), c2), c3 = madd(t, v128.load_splat<f32>(p3, 4), c3);
          c4 = madd(t, v128.load_splat<f32>(p4, 4), c4), c5 = madd(t, v128.load_splat<f32>(p5, 4), c5);
          c6 = madd(t, v128.load_splat<f32>(p6, 4), c6), c7 = madd(t, v128.load_splat<f32>(p7, 4), c7);
        }
        case i32(a + 32 >= q): {
          const t = v128.load(a, 32);
          c0 = madd(t, v128.load_splat<f32>(p0, 8), c0), c1 = madd(t, v128.load_splat<f32>(p1, 8), c1);
          c2 = madd(t, v128.load_splat<f32>(p2, 8), c2), c3 = madd(t, v128.load_splat<f32>(p3, 8), c3);
          c4 = madd(t, v128.load_splat<f32>(p4, 8), c4), c5 = madd(t, v128.load_splat<f32>(p5, 8), c5);
          c6 = madd(t, v128.load_splat<f32>(p6, 8), c6), c7 = madd(t, v128.load_splat<f32>(p7, 8), c7);
        }
        default: {
          const t = v128.load(a, 48);
          c0 = madd(t, v128.load_splat<f32>(p0, 12), c0), c1 = madd(t, v128.load_splat<f32>(p1, 12), c1);
          c2 = madd(t, v128.load_splat<f32>(p2, 12), c2), c3 = madd(t, v128.load_splat<f32>(p3, 12), c3);
          c4 = madd(t, v128.load_splat<f32>(p4, 12), c4), c5 = madd(t, v128.load_splat<f32>(p5, 12), c5);
          c6 = madd(t, v128.load_splat<f32>(p6, 12), c6), c7 = madd(t, v128.load_splat<f32>(p7, 12), c7);
        }
      }
    } while (a < end);
    const x = at(s, i);
    storeColumns(x, ROW, c0, c1, c2, c3, 4);
    storeColumns(x + 16, ROW, c4, c5, c6, c7, 4);
  }
}

/**
 * acc[0..3)[0..accS) = acc * alpha + sum over j in [from, to) of w[.][j] * v[j], a single chain over j.
 * acc: rows of accS (a multiple of 8), alpha: (3), w: rows of KEYS, v: the block's first key, keys `key` bytes apart.
 */
export function weighThree(
  acc: usize, accS: i32, alpha: usize, w: usize, v: usize, key: usize, from: i32, to: i32,
): void {
  const row = (<usize>accS) << 2;
  const first = at(w, from);
  const last = at(w, to);
  v += key * <usize>from;
  for (const stop = acc + row; acc < stop; acc += 32) {
    const a1 = acc + row, a2 = a1 + row;
    let t = v128.load_splat<f32>(alpha);
    let c0 = f32x4.mul(v128.load(acc), t), c1 = f32x4.mul(v128.load(acc, 16), t);
    t = v128.load_splat<f32>(alpha, 4);
    let d0 = f32x4.mul(v128.load(a1), t), d1 = f32x4.mul(v128.load(a1, 16), t);
    t = v128.load_splat<f32>(alpha, 8);
    let e0 = f32x4.mul(v128.load(a2), t), e1 = f32x4.mul(v128.load(a2, 16), t);
    let b = v;
    let x = first;
    do {
      const y = v128.load(b), z = v128.load(b, 16);
      t = v128.load_splat<f32>(x);
      c0 = madd(t, y, c0), c1 = madd(t, z, c1);
      t = v128.load_splat<f32>(x, ROW);
      d0 = madd(t, y, d0), d1 = madd(t, z, d1);
      t = v128.load_splat<f32>(x, 2 * ROW);
      e0 = madd(t, y, e0), e1 = madd(t, z, e1);
      b += key;
      x += 4;
    } while (x < last);
    v128.store(acc, c0), v128.store(acc, c1, 16);
    v128.store(a1, d0), v128.store(a1, d1, 16);
    v128.store(a2, e0), v128.store(a2, e1, 16);
    v += 32;
  }
}
