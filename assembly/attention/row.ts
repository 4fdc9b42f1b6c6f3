// The same two products for a single row (decoding with a KV cache): keys and values are read once,
// in place, in the order in which they lie.  Every element goes through the same chain of operations
// as in microkernels.ts, so that the result has the same bits.
import { madd } from '../lanes/madd';
import { loadTail, storeTail } from '../lanes/tail';
import { at } from './problem';

/**
 * s[from..to) = q . k, from and to multiples of 4.  q: (D) scaled; k is the block's first key; keys
 * from n on do not exist, the last one stands in.
 */
export function scoreRow(s: usize, q: usize, k: usize, stride: i32, D: i32, from: i32, to: i32, n: i32): void {
  for (let j = from; j < to; j += 4) {
    let k0 = at(k, min(j, n - 1) * stride);
    let k1 = at(k, min(j + 1, n - 1) * stride);
    let k2 = at(k, min(j + 2, n - 1) * stride);
    let k3 = at(k, min(j + 3, n - 1) * stride);
    let c = f32x4.splat(0);
    let a = q;
    for (const end = at(q, D & ~3); a < end; a += 16) {
      const x0 = v128.load(k0), x1 = v128.load(k1), x2 = v128.load(k2), x3 = v128.load(k3);
      const l01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
      const l23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
      const h01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
      const h23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
      c = madd(v128.load_splat<f32>(a), v128.shuffle<f32>(l01, l23, 0, 1, 4, 5), c);
      c = madd(v128.load_splat<f32>(a, 4), v128.shuffle<f32>(l01, l23, 2, 3, 6, 7), c);
      c = madd(v128.load_splat<f32>(a, 8), v128.shuffle<f32>(h01, h23, 0, 1, 4, 5), c);
      c = madd(v128.load_splat<f32>(a, 12), v128.shuffle<f32>(h01, h23, 2, 3, 6, 7), c);
      k0 += 16;
      k1 += 16;
      k2 += 16;
      k3 += 16;
    }
    for (const end = at(q, D); a < end; a += 4) {
      const b = f32x4(load<f32>(k0), load<f32>(k1), load<f32>(k2), load<f32>(k3));
      c = madd(v128.load_splat<f32>(a), b, c);
      k0 += 4;
      k1 += 4;
      k2 += 4;
      k3 += 4;
    }
    v128.store(at(s, j), c);
  }
}

/** acc[0..Dv) += w * v, one key. */
@inline
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
