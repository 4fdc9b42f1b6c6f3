// y = x, element by element, both through strides: contiguous(), slices, transposes, expand, cat (whose
// y is a slice of the result).  x, y: (n0, n1, n2, n3) elements of 4, 2 or 1 bytes; strides in elements,
// 0 repeats (x only), negative ones run backwards.  Range: outer rows, 0 <= begin <= end <= n0 n1 n2.
// x and y do not overlap.  Exact.
import { transposeRows } from './transpose';

export function copy_strided_32(
  y: usize, x: usize,
  n0: i32, n1: i32, n2: i32, n3: i32,
  y0: i32, y1: i32, y2: i32, y3: i32,
  x0: i32, x1: i32, x2: i32, x3: i32,
  begin: i32, end: i32,
): void {
  copy<u32>(y, x, n0, n1, n2, n3, y0, y1, y2, y3, x0, x1, x2, x3, begin, end);
}

export function copy_strided_16(
  y: usize, x: usize,
  n0: i32, n1: i32, n2: i32, n3: i32,
  y0: i32, y1: i32, y2: i32, y3: i32,
  x0: i32, x1: i32, x2: i32, x3: i32,
  begin: i32, end: i32,
): void {
  copy<u16>(y, x, n0, n1, n2, n3, y0, y1, y2, y3, x0, x1, x2, x3, begin, end);
}

export function copy_strided_8(
  y: usize, x: usize,
  n0: i32, n1: i32, n2: i32, n3: i32,
  y0: i32, y1: i32, y2: i32, y3: i32,
  x0: i32, x1: i32, x2: i32, x3: i32,
  begin: i32, end: i32,
): void {
  copy<u8>(y, x, n0, n1, n2, n3, y0, y1, y2, y3, x0, x1, x2, x3, begin, end);
}

const STRIP: i32 = 16; // rows of a transpose taken together: one cache line of x is then used whole

@inline
function copy<T>(
  y: usize, x: usize,
  n0: i32, n1: i32, n2: i32, n3: i32,
  y0: i32, y1: i32, y2: i32, y3: i32,
  x0: i32, x1: i32, x2: i32, x3: i32,
  begin: i32, end: i32,
): void {
  if (begin >= end) return; // nothing asked for, and a size may be zero
  const transposed = x2 == 1 && x3 != 1 && y3 == 1;
  let i2 = begin % n2;
  let i1 = begin / n2 % n1;
  let i0 = begin / n2 / n1;
  for (let r = begin; r < end; ) {
    const py = y + <usize>(i0 * y0 + i1 * y1 + i2 * y2) * sizeof<T>();
    const px = x + <usize>(i0 * x0 + i1 * x1 + i2 * x2) * sizeof<T>();
    let rows = 1;
    if (sizeof<T>() == 4 && transposed) {
      rows = min(min(STRIP, n2 - i2), end - r);
      transposeRows(py, px, rows, n3, y2, x3);
    } else {
      row<T>(py, px, n3, y3, x3);
    }
    r += rows;
    i2 += rows;
    if (i2 == n2) {
      i2 = 0;
      if (++i1 == n1) {
        i1 = 0;
        i0++;
      }
    }
  }
}

function row<T>(y: usize, x: usize, n: i32, sy: i32, sx: i32): void {
  if (sx == 1 && sy == 1) {
    dense(y, x, <usize>n * sizeof<T>());
  } else {
    for (let i = 0; i < n; i++)
      store<T>(y + <usize>(i * sy) * sizeof<T>(), load<T>(x + <usize>(i * sx) * sizeof<T>()));
  }
}

/** Rows of a head or of a token are short: the call of memory.copy would cost more than their copy. */
function dense(y: usize, x: usize, bytes: usize): void {
  if (bytes > 1024) {
    memory.copy(y, x, bytes);
    return;
  }
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(y + i, v128.load(x + i));
  for (; i + 4 <= bytes; i += 4) store<u32>(y + i, load<u32>(x + i));
  for (; i < bytes; i++) store<u8>(y + i, load<u8>(x + i));
}
