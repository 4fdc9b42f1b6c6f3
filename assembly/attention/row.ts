// The same two products for a single row (decoding with a KV cache): keys and values are read once,
// in place, in the order in which they lie.  Every element goes through the same chain of operations
// as in microkernels.ts, so that the result has the same bits.
import { at } from '../lanes/address';
import { madd } from '../lanes/madd';
import { loadTail, storeTail } from '../lanes/tail';

/** c + four elements of q from a, times those of the keys at p, p + s, p + 2s, p + 3s: one key a lane. */
@inline
function fourElements(c: v128, a: usize, p: usize, s: usize): v128 {
  const x0 = v128.load(p), x1 = v128.load(p + s), x2 = v128.load(p + 2 * s), x3 = v128.load(p + 3 * s);
  const l01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
  const l23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
  c = madd(v128.load_splat<f32>(a), v128.shuffle<f32>(l01, l23, 0, 1, 4, 5), c);
  c = madd(v128.load_splat<f32>(a, 4), v128.shuffle<f32>(l01, l23, 2, 3, 6, 7), c);
  const h01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
  const h23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
  c = madd(v128.load_splat<f32>(a, 8), v128.shuffle<f32>(h01, h23, 0, 1, 4, 5), c);
  return madd(v128.load_splat<f32>(a, 12), v128.shuffle<f32>(h01, h23, 2, 3, 6, 7), c);
}

@inline
function oneElement(c: v128, a: usize, p: usize, s: usize): v128 {
  const x = f32x4(load<f32>(p), load<f32>(p + s), load<f32>(p + 2 * s), load<f32>(p + 3 * s));
  return madd(v128.load_splat<f32>(a), x, c);
}

/**
 * s[from..to) = q . k, from and to multiples of 8.  q: (D) scaled; k is the block's first key; of
 * keys from n on there are none and their scores are not set.
 */
export function scoreRow(s: usize, q: usize, k: usize, stride: i32, D: i32, from: i32, to: i32, n: i32): void {
  const key = (<usize>stride) << 2;
  const whole = at(q, D & ~3);
  const end = at(q, D);
  const last = min(to, n);
  let j = from;
  if (n >= 8) {
    // Two chains at a time: one would wait for its own additions.  The last eight take up some before them again.
    for (; j < last; j += 8) {
      const i = min(j, n - 8);
      let p = at(k, i * stride);
      let c0 = f32x4.splat(0), c1 = f32x4.splat(0);
      let a = q;
      for (; a < whole; a += 16) {
        c0 = fourElements(c0, a, p, key);
        c1 = fourElements(c1, a, p + 4 * key, key);
        p += 16;
      }
      for (; a < end; a += 4) {
        c0 = oneElement(c0, a, p, key);
        c1 = oneElement(c1, a, p + 4 * key, key);
        p += 4;
      }
      v128.store(at(s, i), c0);
      v128.store(at(s, i), c1, 16);
    }
  }
  for (; j < last; j++) {
    let p = at(k, j * stride);
    let c = f32x4.splat(0);
    for (let a = q; a < end; a += 4) {
      c = madd(v128.load_splat<f32>(a), v128.load_splat<f32>(p), c);
      p += 4;
    }
    v128.store_lane<f32>(at(s, j), c, 0);
  }
}

/** acc[0..Dv) += w * v, one key.  Called, not inlined five times: few keys come this way. */
function weighKey(acc: usize, w: usize, v: usize, Dv: i32): void {
  const t = v128.load_splat<f32>(w);
  let c: i32 = 0;
  for (; c + 4 <= Dv; c += 4) v128.store(at(acc, c), madd(t, v128.load(at(v, c)), v128.load(at(acc, c))));
  const rest = Dv - c;
  if (rest > 0) storeTail(at(acc, c), madd(t, loadTail(at(v, c), rest, 0), loadTail(at(acc, c), rest, 0)), rest);
}

/**
 * acc = acc * alpha + sum over j in [from, to) of w[j] * v[j].  A key of weight zero is not touched,
 * so that NaN and infinity in it stay where they are.
 */
export function weighRow(
  acc: usize, alpha: f32, w: usize, v: usize, stride: i32, Dv: i32, from: i32, to: i32,
): void {
  const factor = f32x4.splat(alpha);
  for (let c = 0; c < Dv; c += 4) v128.store(at(acc, c), f32x4.mul(v128.load(at(acc, c)), factor));
  const zero = f32x4.splat(0);
  const full = Dv & ~3;
  let j = from;
  for (; j + 4 <= to; j += 4) {
    const x = at(w, j);
    const v0 = at(v, j * stride), v1 = at(v, (j + 1) * stride);
    const v2 = at(v, (j + 2) * stride), v3 = at(v, (j + 3) * stride);
    if (full < Dv || v128.any_true(f32x4.eq(v128.load(x), zero))) {
      if (load<f32>(x) != 0) weighKey(acc, x, v0, Dv);
      if (load<f32>(x, 4) != 0) weighKey(acc, x + 4, v1, Dv);
      if (load<f32>(x, 8) != 0) weighKey(acc, x + 8, v2, Dv);
      if (load<f32>(x, 12) != 0) weighKey(acc, x + 12, v3, Dv);
      continue;
    }
    const t0 = v128.load_splat<f32>(x), t1 = v128.load_splat<f32>(x, 4);
    const t2 = v128.load_splat<f32>(x, 8), t3 = v128.load_splat<f32>(x, 12);
    for (let i: usize = 0, end = (<usize>full) << 2; i < end; i += 16) {
      let c = madd(t0, v128.load(v0 + i), v128.load(acc + i));
      c = madd(t1, v128.load(v1 + i), c);
      c = madd(t2, v128.load(v2 + i), c);
      v128.store(acc + i, madd(t3, v128.load(v3 + i), c));
    }
  }
  for (; j < to; j++) {
    const x = at(w, j);
    if (load<f32>(x) != 0) weighKey(acc, x, at(v, j * stride), Dv);
  }
}
