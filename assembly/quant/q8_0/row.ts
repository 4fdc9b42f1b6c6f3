// One row of activations against a whole panel of int8 weights in groups: sums of groups, each an exact integer,
// become numbers and are added in order of k.  f: NR f32.  Addresses in bytes, G >= 0 groups.
import { brainsHigh, brainsLow } from '../../lanes/half';
import { maskHigh } from '../../lanes/nibbles';
import { HEAD4, SCALES4 } from '../layout4';
import { grow } from '../row4';
import { BLOCK8, RECORD8, ROW8 } from './layout';

export function row8_0(f: usize, a: usize, b: usize, G: i32): void {
  const zero = f32x4.splat(0); // stored, as in row4.ts
  v128.store(f, zero), v128.store(f, zero, 16), v128.store(f, zero, 32), v128.store(f, zero, 48);
  for (const end = b + <usize>G * BLOCK8; b < end; b += BLOCK8) {
    let c0 = i32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
    let x = a + HEAD4;
    for (let p = b + SCALES4, last = b + BLOCK8; p < last; p += 2 * ROW8) {
      const x0 = v128.load_splat<i32>(x), x1 = v128.load_splat<i32>(x, 4);
      c0 = dot(p, x0, c0), c1 = dot(p + 8, x0, c1), c2 = dot(p + 16, x0, c2), c3 = dot(p + 24, x0, c3);
      c0 = dot(p + 32, x1, c0), c1 = dot(p + 40, x1, c1), c2 = dot(p + 48, x1, c2), c3 = dot(p + 56, x1, c3);
      x += 8;
    }
    const scale = v128.load_splat<f32>(a);
    const high = maskHigh();
    const s01 = v128.load(b), s23 = v128.load(b, 16);
    v128.store(f, grow(v128.load(f), c0, scale, brainsLow(s01)));
    v128.store(f, grow(v128.load(f, 16), c1, scale, brainsHigh(s01, high)), 16);
    v128.store(f, grow(v128.load(f, 32), c2, scale, brainsLow(s23)), 32);
    v128.store(f, grow(v128.load(f, 48), c3, scale, brainsHigh(s23, high)), 48);
    a += RECORD8;
  }
}

/** c + two k of four channels. */
@inline
function dot(p: usize, x: v128, c: v128): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(v128.load_ext<i8>(p), x), c);
}
