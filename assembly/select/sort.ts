// Rows sorted, descending or ascending, with the indices the elements came from.
// x: rows of n f32, `stride` elements apart; values: (M, n) f32, indices: (M, n) i32, dense.
// Order: see order.ts; as in torch.sort(stable=True), a NaN counts as the largest.
// scratch: sort_f32_scratch(n) elements of four bytes, one for each caller at a time.  Range: rows.
// Exact.  Radix sort, three passes of 11 bits from the lowest: linear in n, whatever the values.
import { orderedOne } from './order';

const BINS: i32 = 2048;

export function sort_f32_scratch(n: i32): i32 {
  return 4 * n + 3 * BINS;
}

export function sort_f32(
  values: usize, indices: usize, x: usize, scratch: usize,
  n: i32, stride: i32, descending: i32,
  begin: i32, end: i32,
): void {
  const a = scratch;
  const b = a + ((<usize>n) << 3);
  const bins = b + ((<usize>n) << 3);
  for (let r = begin; r < end; r++) {
    const px = x + ((<usize>(r * stride)) << 2);
    memory.fill(bins, 0, 3 * BINS * 4);
    // A pair is (key, index); keys grow from the first to the last of the result.
    for (let i = 0; i < n; i++) {
      const key = orderedOne(px + ((<usize>i) << 2), descending == 0) ^ 0x80000000;
      store<u32>(a + ((<usize>i) << 3), key);
      store<i32>(a + ((<usize>i) << 3), i, 4);
      for (let d = 0; d < 3; d++) count(bins, key, d);
    }
    starts(bins);
    pass(b, a, bins, n, 0);
    pass(a, b, bins, n, 1);
    pass(b, a, bins, n, 2);
    for (let i = 0; i < n; i++) {
      const at = load<i32>(b + ((<usize>i) << 3), 4);
      const o = (<usize>(r * n + i)) << 2;
      store<i32>(indices + o, at);
      store<f32>(values + o, load<f32>(px + ((<usize>at) << 2)));
    }
  }
}

/** The bin of a key in pass d. */
@inline
function bin(bins: usize, key: u32, d: i32): usize {
  return bins + ((<usize>(d * BINS + <i32>((key >> (11 * d)) & (BINS - 1)))) << 2);
}

@inline
function count(bins: usize, key: u32, d: i32): void {
  const p = bin(bins, key, d);
  store<i32>(p, load<i32>(p) + 1);
}

/** Turns the counts of each pass into where each bin starts. */
function starts(bins: usize): void {
  for (let d = 0; d < 3; d++) {
    let sum = 0;
    for (let i = 0; i < BINS; i++, bins += 4) {
      const c = load<i32>(bins);
      store<i32>(bins, sum);
      sum += c;
    }
  }
}

/** One stable pass over the n pairs from x to y. */
function pass(y: usize, x: usize, bins: usize, n: i32, d: i32): void {
  for (let i = 0; i < n; i++, x += 8) {
    const p = bin(bins, load<u32>(x), d);
    const to = load<i32>(p);
    store<i32>(p, to + 1);
    store<u64>(y + ((<usize>to) << 3), load<u64>(x));
  }
}
