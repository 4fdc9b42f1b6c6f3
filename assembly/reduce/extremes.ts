// Largest and smallest elements.  A NaN anywhere gives NaN; of nothing, -inf and +inf.
// The smallest is the largest with all signs turned.
import { maxLanes } from '../lanes/reduce';
import { loadTail, storeTail } from '../lanes/tail';

/** The bits to turn before and after: none for the largest, the sign for the smallest. */
@inline
function flipOf(smallest: bool): v128 {
  return f32x4.splat(smallest ? -0.0 : 0.0);
}

/** Of a dense row of n. */
export function extremeOfRow(x: usize, n: i32, smallest: bool): f32 {
  const flip = flipOf(smallest);
  let a = f32x4.splat(-Infinity);
  let b = a;
  let i = 0;
  for (; i + 8 <= n; i += 8, x += 32) {
    a = f32x4.max(a, v128.xor(v128.load(x), flip));
    b = f32x4.max(b, v128.xor(v128.load(x, 16), flip));
  }
  a = f32x4.max(a, b);
  for (; i < n; i++, x += 4) a = f32x4.max(a, v128.xor(v128.load32_splat(x), flip));
  const m = maxLanes(a);
  return smallest ? -m : m;
}

/** Of n rows of four columns, or of their first `width`; rows `step` bytes apart. */
export function extremeOfColumns(y: usize, x: usize, n: i32, step: usize, width: i32, smallest: bool): void {
  const flip = flipOf(smallest);
  let a = f32x4.splat(-Infinity);
  if (width >= 4) {
    for (let j = 0; j < n; j++, x += step) a = f32x4.max(a, v128.xor(v128.load(x), flip));
    v128.store(y, v128.xor(a, flip));
  } else {
    for (let j = 0; j < n; j++, x += step) a = f32x4.max(a, v128.xor(loadTail(x, width, 0), flip));
    storeTail(y, v128.xor(a, flip), width);
  }
}
