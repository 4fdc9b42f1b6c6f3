// One step of the online softmax (M. Milakov and N. Gimelshein, "Online normalizer calculation for
// softmax", 2018) on up to four rows: scores of a block become weights relative to the running
// maximum, and the running sum is carried on.
import { at } from '../lanes/address';
import { sumLanes } from '../lanes/reduce';
import { WEIGHT, weightBy } from '../math/weight';
import { tanh_ps } from '../math/tanh';
import { allShown, maskScores } from './mask';
import { KEYS, Problem, ROW } from './problem';

/** x[from..to) = cap * tanh(x / cap). */
export function capScores(x: usize, from: i32, to: i32, cap: f32): void {
  const size = f32x4.splat(cap);
  for (let j = from; j < to; j += 4) {
    const p = at(x, j);
    v128.store(p, f32x4.mul(size, tanh_ps(f32x4.div(v128.load(p), size))));
  }
}

/**
 * The largest scores of four rows `step` bytes apart, passing over NaN (which then reaches the sum).  pmax is one
 * instruction where max is eight; of -0 and 0 it may give either, which e^(x - max) does not tell apart.
 */
@inline
function maxima(x: usize, end: usize, step: usize): v128 {
  let a = f32x4.splat(-Infinity), b = a, c = a, d = a;
  for (; x < end; x += 16) {
    const y = x + step, z = y + step;
    a = f32x4.pmax(a, v128.load(x));
    b = f32x4.pmax(b, v128.load(y));
    c = f32x4.pmax(c, v128.load(z));
    d = f32x4.pmax(d, v128.load(z + step));
  }
  const ab = f32x4.pmax(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.pmax(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.pmax(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/**
 * Rows t..t+n of the tile (n <= 4) against columns [from, to) of the block that begins at key `first`,
 * see maskScores.  Row t belongs to query row `row` = position * group + head.  A row that has seen
 * nothing so far has the maximum -inf and weights of zero.
 */
export function softmaxStep(
  p: Problem, b: i32, g: i32, row: i32, t: i32, n: i32,
  first: i32, from: i32, to: i32, k0: i32, k1: i32, shared: bool,
): void {
  const x = p.weights;
  if (p.softcap != 0 || !allShown(p, row, n, first, from, to, k0, k1)) {
    let l = row / p.group;
    let member = row % p.group;
    for (let i = 0; i < n; i++) {
      const xi = at(x, i * KEYS);
      if (p.softcap != 0) capScores(xi, from, to, p.softcap);
      maskScores(p, xi, b, g * p.group + member, l, first, from, to, k0, k1, shared);
      if (++member == p.group) {
        member = 0;
        l++;
      }
    }
  }
  const c0 = v128.load(WEIGHT), c1 = v128.load(WEIGHT, 16), c2 = v128.load(WEIGHT, 32), c3 = v128.load(WEIGHT, 48);
  const c4 = v128.load(WEIGHT, 64), c5 = v128.load(WEIGHT, 80), c6 = v128.load(WEIGHT, 96);
  const c7 = v128.load(WEIGHT, 112), c8 = v128.load(WEIGHT, 128), c9 = v128.load(WEIGHT, 144);
  const peak = at(p.peak, t), s = at(p.sum, t), factor = at(p.alpha, t);
  let begin = at(x, from), end = at(x, to);
  const before = v128.load(peak);
  // A row that is alone has nothing behind it that could be read.
  const after = f32x4.pmax(before, maxima(begin, end, n == 1 ? 0 : ROW));
  v128.store(peak, after);
  const none = f32x4.splat(-Infinity);
  const shift = v128.andnot(after, f32x4.eq(after, none)); // 0 where nothing is seen: -inf - -inf is NaN
  const alpha = weightBy(f32x4.sub(before, shift), c0, c1, c2, c3, c4, c5, c6, c7, c8, c9);
  v128.store(factor, shift);
  v128.store(s, f32x4.mul(v128.load(s), alpha));
  for (let i: usize = 0; i < <usize>n << 2; i += 4) {
    const own = v128.load_splat<f32>(factor + i);
    // Lanes by the key's position modulo 4, so that the sum ignores what is zero.
    let sum = f32x4.splat(0), q = begin;
    do {
      const e = weightBy(f32x4.sub(v128.load(q), own), c0, c1, c2, c3, c4, c5, c6, c7, c8, c9);
      v128.store(q, e);
      sum = f32x4.add(sum, e);
      q += 16;
    } while (q < end);
    store<f32>(s + i, load<f32>(s + i) + sumLanes(sum));
    begin += ROW, end += ROW;
  }
  v128.store(factor, alpha);
}
