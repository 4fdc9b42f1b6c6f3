// What many rows of activations read, taken apart once for all of them.  Addresses in bytes.
import { activationBytes } from '../lanes/dot';
import { brainsHigh, brainsLow } from '../lanes/half';
import { maskHigh, storeNibbles } from '../lanes/nibbles';
import { lowMask, lowPairs } from '../lanes/pairs';
import { WIDE_ROW } from './layout';
import { GROUP, UNIT } from './layout4';
import { ROW8 } from './q8_0/layout';

/** Bytes of a group's steps, at the most. */
export const WIDE_GROUP: usize = <usize>GROUP / 2 * WIDE_ROW;

/** A block's 16 bf16, in the order of layout4.ts, as f32. */
export function openBrains(to: usize, b: usize): void {
  const high = maskHigh();
  const v01 = v128.load(b), v23 = v128.load(b, 16);
  v128.store(to, brainsLow(v01)), v128.store(to, brainsHigh(v01, high), 16);
  v128.store(to, brainsLow(v23), 32), v128.store(to, brainsHigh(v23, high), 48);
}

/** Its 256 bytes of 4-bit weights as steps of vectors. */
export function openNibbles(to: usize, b: usize): void {
  for (let n: usize = 0; n < 64; n += 16) {
    for (let unit: usize = 0; unit < 4; unit++) {
      storeNibbles(to + unit * (activationBytes(8) >> 2) * WIDE_ROW + n, WIDE_ROW, v128.load(b + unit * UNIT + n));
    }
  }
}

/** The second steps of a block's 512 bytes of 8-bit weights; the first ones lie there. */
export function openBytes(to: usize, b: usize): void {
  const low = lowMask();
  for (const end = to + <usize>GROUP / 4 * WIDE_ROW; to < end; to += WIDE_ROW) {
    v128.store(to, lowPairs(v128.load(b), low)), v128.store(to, lowPairs(v128.load(b, 16), low), 16);
    v128.store(to, lowPairs(v128.load(b, 32), low), 32), v128.store(to, lowPairs(v128.load(b, 48), low), 48);
    b += ROW8;
  }
}
