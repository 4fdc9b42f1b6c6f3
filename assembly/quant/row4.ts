// One row of activations against a whole panel of int4 weights: sums of groups, each an exact integer, become
// numbers and are added in order of k.  f: NR f32.  Addresses in bytes, G >= 0 groups.  With relaxed SIMD: row4-dot.ts.
// The numbers stay in memory: integers, activations and masks fill the registers.
import { activationBytes } from '../lanes/dot';
import { brainsHigh, brainsLow } from '../lanes/half';
import {
  activations0, activations1, activations2, activations3, dotNibbles, groupStart, mask0, mask1, mask2, maskHigh,
} from '../lanes/nibbles';
import { BLOCK4, HEAD4, recordBytes, SCALES4, UNIT } from './layout4';

export function row4(f: usize, a: usize, b: usize, G: i32): void {
  // Not memory.fill: that is a call out of the module.
  const zero = f32x4.splat(0);
  v128.store(f, zero), v128.store(f, zero, 16), v128.store(f, zero, 32), v128.store(f, zero, 48);
  const m0 = mask0(), m1 = mask1(), m2 = mask2();
  for (const end = b + <usize>G * BLOCK4; b < end; b += BLOCK4) {
    let c0 = groupStart(a + 4), c1 = c0, c2 = c0, c3 = c0;
    let x = a + HEAD4;
    for (let p = b + SCALES4, last = b + BLOCK4; p < last; p += UNIT) {
      const x0 = activations0(x), x1 = activations1(x), x2 = activations2(x), x3 = activations3(x);
      c0 = dotNibbles(v128.load(p), x0, x1, x2, x3, m0, m1, m2, c0);
      c1 = dotNibbles(v128.load(p, 16), x0, x1, x2, x3, m0, m1, m2, c1);
      x += activationBytes(8);
      // Never: a barrier.  Without it all loads come first, and the registers overflow.
      if (p == 0) break;
      c2 = dotNibbles(v128.load(p, 32), x0, x1, x2, x3, m0, m1, m2, c2);
      c3 = dotNibbles(v128.load(p, 48), x0, x1, x2, x3, m0, m1, m2, c3);
    }
    const scale = v128.load_splat<f32>(a);
    const high = maskHigh();
    const s01 = v128.load(b), s23 = v128.load(b, 16);
    v128.store(f, grow(v128.load(f), c0, scale, brainsLow(s01)));
    v128.store(f, grow(v128.load(f, 16), c1, scale, brainsHigh(s01, high)), 16);
    v128.store(f, grow(v128.load(f, 32), c2, scale, brainsLow(s23)), 32);
    v128.store(f, grow(v128.load(f, 48), c3, scale, brainsHigh(s23, high)), 48);
    a += recordBytes();
  }
}

/** f + (sum - 8 sum of activations) times both scales.  Two roundings and the addition's, never fused. */
@inline
export function grow(f: v128, sum: v128, scale: v128, scales: v128): v128 {
  return f32x4.add(f, f32x4.mul(f32x4.convert_i32x4_s(sum), f32x4.mul(scale, scales)));
}
