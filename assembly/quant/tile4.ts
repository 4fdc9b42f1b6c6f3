// Two rows of activations against one group of weights that lie there as steps of vectors: sums of the group become
// numbers and are added to f, two rows of NR f32.  Addresses in bytes.
// a: the first row's record, a1 to the second's · b: the steps of a group · scales: NR f32, after them NR minima.
// The loop is that of tile.ts, for the reasons given there.
import { dotStep } from '../lanes/dot';
import { dotNibbleStep, factors, groupStart, groupSum, startFactor } from '../lanes/nibbles';
import { pairsSum } from '../lanes/pairs';
import { WIDE_ROW } from './layout';
import { GROUP, HEAD4, STEPS4 } from './layout4';
import { grow } from './row4';

/** 4-bit weights (lanes/nibbles.ts); the sums begin with the rows' zero points. */
export function groupTile2(f: usize, a: usize, a1: usize, b: usize, scales: usize): void {
  tile<u8>(f, a, a1, b, b, scales, false);
}

/** The same with minima instead of a zero point. */
export function groupTile2Minima(f: usize, a: usize, a1: usize, b: usize, scales: usize): void {
  tile<u8>(f, a, a1, b, b, scales, true);
}

/** 8-bit weights (lanes/pairs.ts): the first steps of rows are those of the block, p; b has the second ones. */
export function groupTile2Bytes(f: usize, a: usize, a1: usize, p: usize, b: usize, scales: usize): void {
  tile<i16>(f, a, a1, p, b - WIDE_ROW, scales, false);
}

@inline
function tile<T>(f: usize, a: usize, a1: usize, p: usize, b: usize, scales: usize, minima: bool): void {
  let c00 = start<T>(a, minima), c01 = c00, c02 = c00, c03 = c00;
  let c10 = start<T>(a + a1, minima), c11 = c10, c12 = c10, c13 = c10;
  const turn = <usize>(sizeof<T>() == 2 ? 1 : 2) * WIDE_ROW;
  const end = b + <usize>(sizeof<T>() == 2 ? GROUP / 4 : STEPS4 / 2) * turn;
  let x = a + HEAD4 - 8;
  let y = x + a1;
  b -= turn;
  if (sizeof<T>() == 2) p -= turn;
  const last = end - turn;
  do {
    b += turn;
    if (sizeof<T>() == 2) p += turn;
    x += 8;
    y += 8;
    {
      const q = sizeof<T>() == 2 ? p : b;
      const b0 = v128.load(q), b1 = v128.load(q, 16), b2 = v128.load(q, 32), b3 = v128.load(q, 48);
      const x0 = v128.load_splat<i32>(x);
      c00 = dot<T>(b0, x0, c00), c01 = dot<T>(b1, x0, c01);
      c02 = dot<T>(b2, x0, c02), c03 = dot<T>(b3, x0, c03);
      const y0 = v128.load_splat<i32>(y);
      c10 = dot<T>(b0, y0, c10), c11 = dot<T>(b1, y0, c11);
      c12 = dot<T>(b2, y0, c12), c13 = dot<T>(b3, y0, c13);
    }
    if (b == end) break; // never: a barrier
    {
      const b0 = v128.load(b, 64), b1 = v128.load(b, 80), b2 = v128.load(b, 96), b3 = v128.load(b, 112);
      const x0 = v128.load_splat<i32>(x, 4);
      c00 = dot<T>(b0, x0, c00), c01 = dot<T>(b1, x0, c01);
      c02 = dot<T>(b2, x0, c02), c03 = dot<T>(b3, x0, c03);
      const y0 = v128.load_splat<i32>(y, 4);
      c10 = dot<T>(b0, y0, c10), c11 = dot<T>(b1, y0, c11);
      c12 = dot<T>(b2, y0, c12), c13 = dot<T>(b3, y0, c13);
    }
  } while (b < last);
  growRow<T>(f, a, c00, c01, c02, c03, scales, minima);
  growRow<T>(f + 64, a + a1, c10, c11, c12, c13, scales, minima);
}

@inline
function start<T>(a: usize, minima: bool): v128 {
  if (sizeof<T>() == 2) return v128.load_splat<i32>(a, 4);
  return minima ? i32x4.splat(0) : groupStart(a + 4);
}

@inline
function growRow<T>(
  f: usize, a: usize, c0: v128, c1: v128, c2: v128, c3: v128, scales: usize, minima: bool,
): void {
  const scale = v128.load_splat<f32>(a);
  if (minima) {
    const f256 = factors();
    const sum = f32x4.mul(scale, f32x4.convert_i32x4_s(startFactor(a + 4)));
    v128.store(f, growBoth(v128.load(f), groupSum(c0, f256), scale, v128.load(scales), sum, v128.load(scales, 64)));
    v128.store(f, growBoth(v128.load(f, 16), groupSum(c1, f256), scale, v128.load(scales, 16), sum, v128.load(scales, 80)), 16);
    v128.store(f, growBoth(v128.load(f, 32), groupSum(c2, f256), scale, v128.load(scales, 32), sum, v128.load(scales, 96)), 32);
    v128.store(f, growBoth(v128.load(f, 48), groupSum(c3, f256), scale, v128.load(scales, 48), sum, v128.load(scales, 112)), 48);
  } else {
    const f256 = factors();
    v128.store(f, grow(v128.load(f), done<T>(c0, f256), scale, v128.load(scales)));
    v128.store(f, grow(v128.load(f, 16), done<T>(c1, f256), scale, v128.load(scales, 16)), 16);
    v128.store(f, grow(v128.load(f, 32), done<T>(c2, f256), scale, v128.load(scales, 32)), 32);
    v128.store(f, grow(v128.load(f, 48), done<T>(c3, f256), scale, v128.load(scales, 48)), 48);
  }
}

@inline
function done<T>(c: v128, f256: v128): v128 {
  return sizeof<T>() == 2 ? pairsSum(c) : groupSum(c, f256);
}

@inline
function dot<T>(weights: v128, activations: v128, c: v128): v128 {
  return sizeof<T>() == 2 ? dotStep<T>(weights, activations, c, weights) : dotNibbleStep(weights, activations, c);
}

/** f + both products, that with the scales and that of the minima with the sum of the activations. */
@inline
export function growBoth(f: v128, c: v128, scale: v128, scales: v128, sum: v128, minima: v128): v128 {
  const product = f32x4.mul(f32x4.convert_i32x4_s(c), f32x4.mul(scale, scales));
  return f32x4.add(f, f32x4.add(product, f32x4.mul(minima, sum)));
}
