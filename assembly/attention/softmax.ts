// One step of the online softmax (M. Milakov and N. Gimelshein, "Online normalizer calculation for
// softmax", 2018) on up to four rows: scores of a block become weights relative to the running
// maximum, and the running sum is carried on.
import { at } from '../lanes/address';
import { sumLanes } from '../lanes/reduce';
import { WEIGHT, weight_ps, weightBy } from '../math/weight';
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
 * The largest score, passing over NaN (which then reaches the sum).  pmax is one instruction where max
 * is eight; of -0 and 0 it may give either, which e^(x - max) does not tell apart.
 */
@inline
function maximum(x: usize, from: i32, to: i32): v128 {
  let top = f32x4.splat(-Infinity);
  for (let j = from; j < to; j += 8) {
    const p = at(x, j);
    top = f32x4.pmax(top, f32x4.pmax(v128.load(p), v128.load(p, 16)));
  }
  top = f32x4.pmax(top, v128.shuffle<f32>(top, top, 2, 3, 2, 3));
  return f32x4.pmax(top, v128.shuffle<f32>(top, top, 1, 1, 1, 1));
}

/** The largest scores of four rows. */
function maxima(x: usize, from: i32, to: i32): v128 {
  let a = f32x4.splat(-Infinity), b = a, c = a, d = a;
  const end = at(x, to);
  for (let p = at(x, from); p < end; p += 16) {
    a = f32x4.pmax(a, v128.load(p));
    b = f32x4.pmax(b, v128.load(p, ROW));
    c = f32x4.pmax(c, v128.load(p, 2 * ROW));
    d = f32x4.pmax(d, v128.load(p, 3 * ROW));
  }
  const ab = f32x4.pmax(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.pmax(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.pmax(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** x = e^(x - peak); returns the sum, lanes by the key's position modulo 4, so it ignores what is zero. */
@inline
function exponentials(x: usize, from: i32, to: i32, peak: v128): f32 {
  const shift = v128.shuffle<f32>(peak, peak, 0, 0, 0, 0);
  let sum = f32x4.splat(0);
  for (let j = from; j < to; j += 4) {
    const p = at(x, j);
    const e = weight_ps(f32x4.sub(v128.load(p), shift));
    v128.store(p, e);
    sum = f32x4.add(sum, e);
  }
  return sumLanes(sum);
}

/** The same for four rows, which wait for each other's chains less than one row for its own. */
function exponentials4(x: usize, from: i32, to: i32, peak: usize): v128 {
  const c0 = v128.load(WEIGHT), c1 = v128.load(WEIGHT, 16), c2 = v128.load(WEIGHT, 32), c3 = v128.load(WEIGHT, 48);
  const c4 = v128.load(WEIGHT, 64), c5 = v128.load(WEIGHT, 80), c6 = v128.load(WEIGHT, 96);
  const c7 = v128.load(WEIGHT, 112), c8 = v128.load(WEIGHT, 128), c9 = v128.load(WEIGHT, 144);
  let a = f32x4.splat(0), b = a, c = a, d = a;
  const end = at(x, to);
  for (let p = at(x, from); p < end; p += 16) {
    const e = weightBy(f32x4.sub(v128.load(p), v128.load_splat<f32>(peak)), c0, c1, c2, c3, c4, c5, c6, c7, c8, c9);
    v128.store(p, e);
    a = f32x4.add(a, e);
    const f = weightBy(f32x4.sub(v128.load(p, ROW), v128.load_splat<f32>(peak, 4)), c0, c1, c2, c3, c4, c5, c6, c7, c8, c9);
    v128.store(p, f, ROW);
    b = f32x4.add(b, f);
    const g = weightBy(f32x4.sub(v128.load(p, 2 * ROW), v128.load_splat<f32>(peak, 8)), c0, c1, c2, c3, c4, c5, c6, c7, c8, c9);
    v128.store(p, g, 2 * ROW);
    c = f32x4.add(c, g);
    const h = weightBy(f32x4.sub(v128.load(p, 3 * ROW), v128.load_splat<f32>(peak, 12)), c0, c1, c2, c3, c4, c5, c6, c7, c8, c9);
    v128.store(p, h, 3 * ROW);
    d = f32x4.add(d, h);
  }
  // (0 + 2) + (1 + 3) of each row, as sumLanes has it
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/**
 * Rows t..t+n of the tile (n <= 4) against columns [from, to) of the block that begins at key `first`,
 * see maskScores.  Row t belongs to query row `row` = position * group + head.  A row that has seen
 * nothing so far has the maximum -inf and weights of zero.  Four rows are worked on unless there is but
 * one; those from n on are nobody's.
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
  const before = v128.load(at(p.peak, t));
  const after = f32x4.pmax(before, n == 1 ? maximum(x, from, to) : maxima(x, from, to));
  v128.store(at(p.peak, t), after);
  const none = f32x4.splat(-Infinity);
  const shift = v128.andnot(after, f32x4.eq(after, none)); // 0 where nothing is seen: -inf - -inf is NaN
  const alpha = weight_ps(f32x4.sub(before, shift));
  v128.store(at(p.alpha, t), shift);
  const s = at(p.sum, t);
  if (n == 1) store<f32>(s, load<f32>(s) * f32x4.extract_lane(alpha, 0) + exponentials(x, from, to, shift));
  else v128.store(s, f32x4.add(f32x4.mul(v128.load(s), alpha), exponentials4(x, from, to, at(p.alpha, t))));
  v128.store(at(p.alpha, t), alpha);
}
