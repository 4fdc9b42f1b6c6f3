// For few rows, as in decoding, keys and values take longer to come from memory than to be worked on, and they are not
// read in the order in which they lie.  So they are drawn into the cache first, a line of 64 bytes at a time.
import { KEYS } from './problem';

/** Keys drawn at once: enough for memory to get up to speed, and they stay in the second-level cache. */
const SPAN: i32 = 4 * KEYS;

/**
 * For the block that begins at key `first`, of keys [k0, k1): draws what a span of blocks wants when it is the span's
 * first.  k and v: the block's first rows, `bytes` each, kStep and vStep bytes apart; two streams at once are faster.
 */
export function draw(
  k: usize, v: usize, kStep: usize, vStep: usize, bytes: usize, first: i32, k0: i32, k1: i32,
): void {
  const done = first & (SPAN - 1);
  if (first > k0 && done != 0) return;
  for (let j = max(k0 - first, 0), end = min(k1 - first, SPAN - done); j < end; j++) {
    const a = k + <usize>j * kStep, b = v + <usize>j * vStep;
    // A load may trap, so that no compiler takes it away.
    for (let i: usize = 0; i < bytes; i += 64) load<u8>(a + i), load<u8>(b + i);
  }
}
