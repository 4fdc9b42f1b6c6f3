// One step of the online softmax (M. Milakov and N. Gimelshein, "Online normalizer calculation for
// softmax", 2018) on up to four rows: scores of a block become weights relative to the running
// maximum, and the running sum is carried on.
import { at } from '../lanes/address';
import { sumLanes } from '../lanes/reduce';
import { weight_ps } from '../math/weight';
import { tanh_ps } from '../math/tanh';
import { maskScores } from './mask';
import { KEYS, Problem } from './problem';

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
function maximum(x: usize, from: i32, to: i32): f32 {
  let top = f32x4.splat(-Infinity);
  for (let j = from; j < to; j += 8) {
    const p = at(x, j);
    top = f32x4.pmax(top, f32x4.pmax(v128.load(p), v128.load(p, 16)));
  }
  top = f32x4.pmax(top, v128.shuffle<f32>(top, top, 2, 3, 2, 3));
  return f32x4.extract_lane(f32x4.pmax(top, v128.shuffle<f32>(top, top, 1, 1, 1, 1)), 0);
}

/** x = e^(x - peak); returns the sum, lanes by the key's position modulo 4, so it ignores what is zero. */
@inline
function exponentials(x: usize, from: i32, to: i32, peak: f32): f32 {
  const shift = f32x4.splat(peak);
  let sum = f32x4.splat(0);
  for (let j = from; j < to; j += 8) {
    const p = at(x, j);
    const e = weight_ps(f32x4.sub(v128.load(p), shift));
    const f = weight_ps(f32x4.sub(v128.load(p, 16), shift));
    v128.store(p, e);
    v128.store(p, f, 16);
    sum = f32x4.add(f32x4.add(sum, e), f);
  }
  return sumLanes(sum);
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
  const tops = at(p.alpha, t);
  v128.store(tops, f32x4.splat(-Infinity));
  let l = row / p.group;
  let member = row % p.group;
  for (let i = 0; i < n; i++) {
    const x = at(p.weights, (t + i) * KEYS);
    if (p.softcap != 0) capScores(x, from, to, p.softcap);
    maskScores(p, x, b, g * p.group + member, l, first, from, to, k0, k1, shared);
    store<f32>(at(tops, i), maximum(x, from, to));
    if (++member == p.group) {
      member = 0;
      l++;
    }
  }
  const before = v128.load(at(p.peak, t));
  const after = f32x4.pmax(before, v128.load(tops));
  v128.store(at(p.peak, t), after);
  const none = f32x4.splat(-Infinity);
  const shift = v128.andnot(after, f32x4.eq(after, none)); // 0 where nothing is seen: -inf - -inf is NaN
  const alpha = weight_ps(f32x4.sub(before, shift));
  v128.store(tops, alpha);
  for (let i = 0; i < n; i++) {
    const peak = load<f32>(at(p.peak, t + i));
    const sum = exponentials(at(p.weights, (t + i) * KEYS), from, to, peak == -Infinity ? 0 : peak);
    const s = at(p.sum, t + i);
    store<f32>(s, load<f32>(s) * load<f32>(at(tops, i)) + sum);
  }
}
