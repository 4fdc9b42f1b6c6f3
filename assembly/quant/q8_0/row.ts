// One row of activations against a whole panel of int8 weights in groups: sums of groups, each an exact integer,
// become numbers and are added in order of k.  f: NR f32.  Addresses in bytes, G >= 0 groups.
import { askFor } from '../../lanes/ahead';
import { brainsHigh, brainsLow } from '../../lanes/half';
import { maskHigh } from '../../lanes/nibbles';
import { dotPairs, lowMask, pairsSum } from '../../lanes/pairs';
import { keep, keptEnd } from '../keep';
import { HEAD4, SCALES4 } from '../layout4';
import { grow } from '../row4';
import { BLOCK8, RECORD8, ROW8 } from './layout';

// Bytes that are asked for at once, where a block lies over the first of them: as in row.ts at equal distances, as
// panels lie without gaps.
const SPAN: usize = 1 << 13;

export function row8_0(f: usize, a: usize, b: usize, G: i32): void {
  const zero = f32x4.splat(0); // stored, as in row4.ts
  v128.store(f, zero), v128.store(f, zero, 16), v128.store(f, zero, 32), v128.store(f, zero, 48);
  const low = lowMask();
  const kept = a, keptTo = keptEnd(a, <usize>G * RECORD8, <usize>G * BLOCK8);
  for (const end = b + <usize>G * BLOCK8; b < end; b += BLOCK8) {
    if ((b & (SPAN - 1)) < BLOCK8) {
      askFor(b & -SPAN, SPAN);
      keep(kept, keptTo);
    }
    let c0 = v128.load_splat<i32>(a, 4), c1 = c0, c2 = c0, c3 = c0;
    let x = a + HEAD4;
    for (let p = b + SCALES4, last = b + BLOCK8; p < last; p += ROW8) {
      const x1 = v128.load_splat<i32>(x), x0 = v128.load_splat<i32>(x, 4);
      c0 = dotPairs(v128.load(p), x1, x0, low, c0), c1 = dotPairs(v128.load(p, 16), x1, x0, low, c1);
      c2 = dotPairs(v128.load(p, 32), x1, x0, low, c2), c3 = dotPairs(v128.load(p, 48), x1, x0, low, c3);
      x += 8;
    }
    const scale = v128.load_splat<f32>(a);
    const high = maskHigh();
    const s01 = v128.load(b), s23 = v128.load(b, 16);
    v128.store(f, grow(v128.load(f), pairsSum(c0), scale, brainsLow(s01)));
    v128.store(f, grow(v128.load(f, 16), pairsSum(c1), scale, brainsHigh(s01, high)), 16);
    v128.store(f, grow(v128.load(f, 32), pairsSum(c2), scale, brainsLow(s23)), 32);
    v128.store(f, grow(v128.load(f, 48), pairsSum(c3), scale, brainsHigh(s23, high)), 48);
    a += RECORD8;
  }
}
