// row4.ts and q4_1/row.ts for builds with relaxed SIMD, where a group's products take half as many instructions.  So
// it is worth while to write a group out instead of looping over its parts, to keep the numbers in registers, and to
// ask for pages ahead: the weights come as fast as memory gives them, or nearly.
import { askAhead, FEW } from '../lanes/ahead';
import { activationBytes } from '../lanes/dot';
import { brainsHigh, brainsLow } from '../lanes/half';
import {
  activations0, activations1, dotNibbleStep, factors, groupStart, groupSum, mask0, mask1, maskHigh, nibbles0, nibbles1,
  startFactor,
} from '../lanes/nibbles';
import { BLOCK4, HEAD4, recordBytes, SCALES4 } from './layout4';
import { BLOCK4_1, HEAD4_1 } from './q4_1/layout';
import { grow } from './row4';
import { growBoth } from './tile4';

export function row4Dot(f: usize, a: usize, b: usize, G: i32): void {
  row(f, a, b, G, false);
}

export function row4_1Dot(f: usize, a: usize, b: usize, G: i32): void {
  row(f, a, b, G, true);
}

@inline
function row(f: usize, a: usize, b: usize, G: i32, minima: bool): void {
  let f0 = f32x4.splat(0), f1 = f0, f2 = f0, f3 = f0;
  const m0 = mask0(), m1 = mask1();
  const U = activationBytes(8);
  const block = minima ? BLOCK4_1 : BLOCK4;
  for (const end = b + <usize>G * block; b < end; b += block) {
    askAhead(b, block, FEW);
    let c0 = minima ? i32x4.splat(0) : groupStart(a + 4), c1 = c0, c2 = c0, c3 = c0;
    const x = a + HEAD4;
    const p = b + (minima ? HEAD4_1 : SCALES4);
    let x0: v128, x1: v128;
    do {
      x0 = activations0(x), x1 = activations1(x);
      c0 = dotBytes(v128.load(p, 0), x0, x1, m0, m1, c0), c1 = dotBytes(v128.load(p, 16), x0, x1, m0, m1, c1);
      if (p == 0) break; // never: a barrier, as in row4.ts
      c2 = dotBytes(v128.load(p, 32), x0, x1, m0, m1, c2), c3 = dotBytes(v128.load(p, 48), x0, x1, m0, m1, c3);
      if (p == 0) break;
      x0 = activations0(x + U), x1 = activations1(x + U);
      c0 = dotBytes(v128.load(p, 64), x0, x1, m0, m1, c0), c1 = dotBytes(v128.load(p, 80), x0, x1, m0, m1, c1);
      if (p == 0) break; // never: a barrier, as in row4.ts
      c2 = dotBytes(v128.load(p, 96), x0, x1, m0, m1, c2), c3 = dotBytes(v128.load(p, 112), x0, x1, m0, m1, c3);
      if (p == 0) break;
      x0 = activations0(x + 2 * U), x1 = activations1(x + 2 * U);
      c0 = dotBytes(v128.load(p, 128), x0, x1, m0, m1, c0), c1 = dotBytes(v128.load(p, 144), x0, x1, m0, m1, c1);
      if (p == 0) break; // never: a barrier, as in row4.ts
      c2 = dotBytes(v128.load(p, 160), x0, x1, m0, m1, c2), c3 = dotBytes(v128.load(p, 176), x0, x1, m0, m1, c3);
      if (p == 0) break;
      x0 = activations0(x + 3 * U), x1 = activations1(x + 3 * U);
      c0 = dotBytes(v128.load(p, 192), x0, x1, m0, m1, c0), c1 = dotBytes(v128.load(p, 208), x0, x1, m0, m1, c1);
      if (p == 0) break; // never: a barrier, as in row4.ts
      c2 = dotBytes(v128.load(p, 224), x0, x1, m0, m1, c2), c3 = dotBytes(v128.load(p, 240), x0, x1, m0, m1, c3);
    } while (false);
    const scale = v128.load_splat<f32>(a);
    const high = maskHigh(), fs = factors();
    const s01 = v128.load(b), s23 = v128.load(b, 16);
    if (minima) {
      const sum = f32x4.mul(scale, f32x4.convert_i32x4_s(startFactor(a + 4)));
      const m01 = v128.load(b, SCALES4), m23 = v128.load(b, SCALES4 + 16);
      f0 = growBoth(f0, groupSum(c0, fs), scale, brainsLow(s01), sum, brainsLow(m01));
      f1 = growBoth(f1, groupSum(c1, fs), scale, brainsHigh(s01, high), sum, brainsHigh(m01, high));
      f2 = growBoth(f2, groupSum(c2, fs), scale, brainsLow(s23), sum, brainsLow(m23));
      f3 = growBoth(f3, groupSum(c3, fs), scale, brainsHigh(s23, high), sum, brainsHigh(m23, high));
    } else {
      f0 = grow(f0, groupSum(c0, fs), scale, brainsLow(s01)), f1 = grow(f1, groupSum(c1, fs), scale, brainsHigh(s01, high));
      f2 = grow(f2, groupSum(c2, fs), scale, brainsLow(s23)), f3 = grow(f3, groupSum(c3, fs), scale, brainsHigh(s23, high));
    }
    a += recordBytes();
  }
  v128.store(f, f0), v128.store(f, f1, 16), v128.store(f, f2, 32), v128.store(f, f3, 48);
}

@inline
function dotBytes(v: v128, x0: v128, x1: v128, m0: v128, m1: v128, c: v128): v128 {
  return dotNibbleStep(nibbles1(v, m1), x1, dotNibbleStep(nibbles0(v, m0), x0, c));
}
