// What many rows of activations read, taken apart once for all of them.  Addresses in bytes.
import { activationBytes } from '../lanes/dot';
import { brainsHigh, brainsLow } from '../lanes/half';
import { maskHigh, storeNibbles } from '../lanes/nibbles';
import { WIDE_ROW } from './layout';
import { UNIT } from './layout4';

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
