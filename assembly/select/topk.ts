// The k largest (largest = 1) or smallest elements of each row, best first, with their indices.
// x: rows of n f32, `stride` elements apart; values: (M, k) f32, indices: (M, k) i32, dense; k <= n.
// Order: see order.ts; as in torch.topk a NaN is the largest, and of equals the lower index comes first.
// scratch: topk_f32_scratch(k) elements of four bytes, one for each caller at a time.  Range: rows.  Exact.
import { indexOf, key, ordered, orderedOne } from './order';

export function topk_f32_scratch(k: i32): i32 {
  return 2 * k;
}

export function topk_f32(
  values: usize, indices: usize, x: usize, scratch: usize,
  n: i32, k: i32, stride: i32, largest: i32,
  begin: i32, end: i32,
): void {
  if (k < 1) return; // nothing to write
  for (let r = begin; r < end; r++) {
    const px = x + ((<usize>(r * stride)) << 2);
    select(scratch, px, n, k, largest != 0);
    for (let i = 0; i < k; i++) {
      const at = indexOf(load<i64>(scratch + ((<usize>i) << 3)));
      const o = (<usize>(r * k + i)) << 2;
      store<i32>(indices + o, at);
      store<f32>(values + o, load<f32>(px + ((<usize>at) << 2)));
    }
  }
}

/** The k best keys of a row, best first, by way of a heap whose root is the worst of the k best so far. */
function select(heap: usize, x: usize, n: i32, k: i32, largest: bool): void {
  for (let i = 0; i < k; i++)
    store<i64>(heap + ((<usize>i) << 3), key(orderedOne(x + ((<usize>i) << 2), largest), i));
  for (let i = (k >> 1) - 1; i >= 0; i--) sift(heap, i, k, load<i64>(heap + ((<usize>i) << 3)));
  let i = k;
  while (i < n) {
    const p = x + ((<usize>i) << 2);
    const bar = <i32>(load<i64>(heap) >> 32); // an equal one stands later, so only better ones get in
    if (i + 4 <= n && !v128.any_true(i32x4.gt_s(ordered(v128.load(p), largest), i32x4.splat(bar)))) {
      i += 4;
      continue;
    }
    const s = orderedOne(p, largest);
    if (s > bar) sift(heap, 0, k, key(s, i));
    i++;
  }
  // Taking the worst off again and again leaves the best in front.
  for (let last = k - 1; last > 0; last--) {
    const p = heap + ((<usize>last) << 3);
    const moved = load<i64>(p);
    store<i64>(p, load<i64>(heap));
    sift(heap, 0, last, moved);
  }
}

/** Puts v where it belongs below place i of a heap of n, the smallest key being at the root. */
function sift(heap: usize, i: i32, n: i32, v: i64): void {
  for (;;) {
    let child = 2 * i + 1;
    if (child >= n) break;
    let c = load<i64>(heap + ((<usize>child) << 3));
    if (child + 1 < n) {
      const d = load<i64>(heap + ((<usize>child) << 3), 8);
      if (d < c) {
        c = d;
        child++;
      }
    }
    if (v <= c) break;
    store<i64>(heap + ((<usize>i) << 3), c);
    i = child;
  }
  store<i64>(heap + ((<usize>i) << 3), v);
}
