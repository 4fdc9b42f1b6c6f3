// For few rows, as in decoding, keys and values take longer to come from memory than to be worked on, and they are not
// read in the order in which they lie.  So they are drawn into the cache first, a line of 64 bytes at a time.
import { at } from '../lanes/address';
import { KEYS, Problem } from './problem';

/** Keys of a head drawn at once: enough for memory to get up to speed, and they stay in the second-level cache. */
const SPAN: i32 = 4 * KEYS;
/** Floats of several heads that do so too. */
const MOST: i32 = 1 << 17;

/**
 * Draws keys and values [from, to) of heads [g, g + heads) of batch b.  Many streams at once are faster: while the
 * page of one is looked for, others go on.
 */
function draw(p: Problem, b: i32, g: i32, heads: i32, from: i32, to: i32): void {
  const bytes = (<usize>min(p.D, p.Dv)) << 2;
  for (let j = from; j < to; j++) {
    let k = at(p.k, b * p.kB + g * p.kH + j * p.kS), v = at(p.v, b * p.vB + g * p.vH + j * p.vS);
    for (let h = heads; h > 0; h--) {
      // A load may trap, so that no compiler takes it away.
      for (let i: usize = 0; i < bytes; i += 64) load<u8>(k + i), load<u8>(v + i);
      k = at(k, p.kH), v = at(v, p.vH);
    }
  }
}

/**
 * For the block that begins at key `first`, of keys [k0, k1) of head g: draws what a span of blocks wants when it is the
 * span's first, or all that the call wants of this batch if that is not too much.
 */
export function drawSpan(p: Problem, b: i32, g: i32, first: i32, k0: i32, k1: i32): void {
  if (<i64>(k1 - k0) * (p.heads * (p.D + p.Dv)) <= MOST) {
    if (g == p.kvFirst && first <= k0) draw(p, b, g, p.heads, k0, k1);
  } else if (first <= k0 || (first & (SPAN - 1)) == 0) {
    draw(p, b, g, 1, max(k0, first), min(k1, (first & -SPAN) + SPAN));
  }
}
