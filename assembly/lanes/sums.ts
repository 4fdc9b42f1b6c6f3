// Sums over a row of n floats: element i in lane i mod 4, the vectors by turns in four accumulators,
// block by block of 1024 elements.  The order depends on positions only, zeros at the end change
// nothing, and no term goes through more than 68 + n / 1024 additions, so that the error is at most that times
// 2^-24 sum |terms|.
import { at } from './address';
import { madd } from './madd';
import { sumLanes } from './reduce';
import { loadPart } from './tail';

const BLOCK: i32 = 1024;

/** c + v^2 */
@inline
function square(v: v128, c: v128): v128 {
  return madd(v, v, c);
}

/** sum x */
export function sum(x: usize, n: i32): f32 {
  let total = f32x4.splat(0);
  for (let i = 0; i < n; ) {
    const stop = min(i + BLOCK, n);
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (; i + 16 <= stop; i += 16) {
      const p = at(x, i);
      a = f32x4.add(a, v128.load(p));
      b = f32x4.add(b, v128.load(p, 16));
      c = f32x4.add(c, v128.load(p, 32));
      d = f32x4.add(d, v128.load(p, 48));
    }
    if (i < stop) {
      const p = at(x, i);
      a = f32x4.add(a, loadPart(p, stop - i, 0));
      b = f32x4.add(b, loadPart(p + 16, stop - i - 4, 0));
      c = f32x4.add(c, loadPart(p + 32, stop - i - 8, 0));
      d = f32x4.add(d, loadPart(p + 48, stop - i - 12, 0));
      i = stop;
    }
    total = f32x4.add(total, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  }
  return sumLanes(total);
}

/** sum x y */
export function dot(x: usize, y: usize, n: i32): f32 {
  let total = f32x4.splat(0);
  for (let i = 0; i < n; ) {
    const stop = min(i + BLOCK, n);
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (; i + 16 <= stop; i += 16) {
      const p = at(x, i);
      const q = at(y, i);
      a = madd(v128.load(p), v128.load(q), a);
      b = madd(v128.load(p, 16), v128.load(q, 16), b);
      c = madd(v128.load(p, 32), v128.load(q, 32), c);
      d = madd(v128.load(p, 48), v128.load(q, 48), d);
    }
    if (i < stop) {
      const p = at(x, i);
      const q = at(y, i);
      a = madd(loadPart(p, stop - i, 0), loadPart(q, stop - i, 0), a);
      b = madd(loadPart(p + 16, stop - i - 4, 0), loadPart(q + 16, stop - i - 4, 0), b);
      c = madd(loadPart(p + 32, stop - i - 8, 0), loadPart(q + 32, stop - i - 8, 0), c);
      d = madd(loadPart(p + 48, stop - i - 12, 0), loadPart(q + 48, stop - i - 12, 0), d);
      i = stop;
    }
    total = f32x4.add(total, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  }
  return sumLanes(total);
}

/** sum (x - shift)^2 */
export function squares(x: usize, n: i32, shift: f32): f32 {
  const m = f32x4.splat(shift);
  let total = f32x4.splat(0);
  for (let i = 0; i < n; ) {
    const stop = min(i + BLOCK, n);
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (; i + 16 <= stop; i += 16) {
      const p = at(x, i);
      a = square(f32x4.sub(v128.load(p), m), a);
      b = square(f32x4.sub(v128.load(p, 16), m), b);
      c = square(f32x4.sub(v128.load(p, 32), m), c);
      d = square(f32x4.sub(v128.load(p, 48), m), d);
    }
    if (i < stop) {
      const p = at(x, i);
      a = square(f32x4.sub(loadPart(p, stop - i, shift), m), a);
      b = square(f32x4.sub(loadPart(p + 16, stop - i - 4, shift), m), b);
      c = square(f32x4.sub(loadPart(p + 32, stop - i - 8, shift), m), c);
      d = square(f32x4.sub(loadPart(p + 48, stop - i - 12, shift), m), d);
      i = stop;
    }
    total = f32x4.add(total, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  }
  return sumLanes(total);
}
