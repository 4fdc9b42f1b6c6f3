// One row of activations against a whole panel of int4 weights with minima: as row4.ts, but that sums are those of
// q in 0..15, and that every group adds its minima times its activations.  f: NR f32.  Addresses in bytes, G groups.
import { activationBytes } from '../../lanes/dot';
import { brainsHigh, brainsLow } from '../../lanes/half';
import {
  activations0, activations1, activations2, activations3, dotNibbles, mask0, mask1, mask2, maskHigh, startFactor,
} from '../../lanes/nibbles';
import { HEAD4, recordBytes, SCALES4, UNIT } from '../layout4';
import { growBoth } from '../tile4';
import { BLOCK4_1, HEAD4_1 } from './layout';

export function row4_1(f: usize, a: usize, b: usize, G: i32): void {
  const zero = f32x4.splat(0); // stored, as in row4.ts
  v128.store(f, zero), v128.store(f, zero, 16), v128.store(f, zero, 32), v128.store(f, zero, 48);
  const m0 = mask0(), m1 = mask1(), m2 = mask2();
  for (const end = b + <usize>G * BLOCK4_1; b < end; b += BLOCK4_1) {
    const none = i32x4.splat(0);
    let c0 = none, c1 = none, c2 = none, c3 = none;
    let x = a + HEAD4;
    for (let p = b + HEAD4_1, last = b + BLOCK4_1; p < last; p += UNIT) {
      const x0 = activations0(x), x1 = activations1(x), x2 = activations2(x), x3 = activations3(x);
      c0 = dotNibbles(v128.load(p), x0, x1, x2, x3, m0, m1, m2, c0);
      c1 = dotNibbles(v128.load(p, 16), x0, x1, x2, x3, m0, m1, m2, c1);
      x += activationBytes(8);
      if (p == 0) break; // never: a barrier, as in row4.ts
      c2 = dotNibbles(v128.load(p, 32), x0, x1, x2, x3, m0, m1, m2, c2);
      c3 = dotNibbles(v128.load(p, 48), x0, x1, x2, x3, m0, m1, m2, c3);
    }
    const scale = v128.load_splat<f32>(a);
    const sum = f32x4.mul(scale, f32x4.convert_i32x4_s(startFactor(a + 4)));
    const high = maskHigh();
    const s01 = v128.load(b), m01 = v128.load(b + SCALES4);
    grow(f, c0, scale, brainsLow(s01), sum, brainsLow(m01));
    grow(f + 16, c1, scale, brainsHigh(s01, high), sum, brainsHigh(m01, high));
    const s23 = v128.load(b, 16), m23 = v128.load(b + SCALES4, 16);
    grow(f + 32, c2, scale, brainsLow(s23), sum, brainsLow(m23));
    grow(f + 48, c3, scale, brainsHigh(s23, high), sum, brainsHigh(m23, high));
    a += recordBytes();
  }
}

@inline
function grow(f: usize, c: v128, scale: v128, scales: v128, sum: v128, minima: v128): void {
  v128.store(f, growBoth(v128.load(f), c, scale, scales, sum, minima));
}
