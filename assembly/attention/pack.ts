// Queries, keys and values of a tile brought into the order in which the microkernels read them.
import { at } from '../lanes/address';
import { loadPart, loadTail } from '../lanes/tail';
import { storeColumns } from '../lanes/transpose';
import { KEYS } from './problem';

/** Four rows a b c d of n floats, transposed: column i to dst + i * step bytes. */
function transposeRows(dst: usize, step: usize, a: usize, b: usize, c: usize, d: usize, n: i32): void {
  let i: i32 = 0;
  for (; i + 4 <= n; i += 4) {
    storeColumns(dst, step, v128.load(a), v128.load(b), v128.load(c), v128.load(d), 4);
    dst += 4 * step;
    a += 16;
    b += 16;
    c += 16;
    d += 16;
  }
  const rest = n - i;
  if (rest > 0)
    storeColumns(
      dst, step,
      loadTail(a, rest, 0), loadTail(b, rest, 0), loadTail(c, rest, 0), loadTail(d, rest, 0),
      rest,
    );
}

/** Four query rows of D floats, times scale: dst [d][4]. */
export function packQueries(dst: usize, a: usize, b: usize, c: usize, d: usize, D: i32, scale: f32): void {
  transposeRows(dst, 16, a, b, c, d, D);
  const factor = f32x4.splat(scale);
  for (const end = dst + ((<usize>D) << 4); dst < end; dst += 16)
    v128.store(dst, f32x4.mul(v128.load(dst), factor));
}

/**
 * Keys [from, to) of a block, from and to multiples of 4: panel [key / width][d][width], width 8 or 16.  k is the
 * block's first key, rows are stride floats apart; keys from n on do not exist, the last one stands in.
 */
export function packKeys(
  panel: usize, width: i32, k: usize, stride: i32, D: i32, from: i32, to: i32, n: i32,
): void {
  for (let j = from; j < to; j += 4) {
    const dst = at(panel, (j & -width) * D + (j & (width - 1)));
    const a = at(k, min(j, n - 1) * stride);
    const b = at(k, min(j + 1, n - 1) * stride);
    const c = at(k, min(j + 2, n - 1) * stride);
    const d = at(k, min(j + 3, n - 1) * stride);
    transposeRows(dst, (<usize>width) << 2, a, b, c, d, D);
  }
}

/** A row of n floats as row j of a panel [column / width][row][width], KEYS rows; columns from n on are zero. */
@inline
export function packRow(panel: usize, width: i32, j: i32, src: usize, n: i32): void {
  let dst = at(panel, j * width);
  const skip = (<usize>((KEYS - 1) * width)) << 2;
  for (let c = 0; c < n; c += width) {
    for (let i = 0; i < width; i += 4) {
      v128.store(dst, c + i + 4 <= n ? v128.load(src) : loadPart(src, n - c - i, 0));
      src += 16;
      dst += 16;
    }
    dst += skip;
  }
}

/** Values [from, to) of a block: panel [column / width][key][width]. */
export function packValues(panel: usize, width: i32, v: usize, stride: i32, Dv: i32, from: i32, to: i32): void {
  for (let j = from; j < to; j++) packRow(panel, width, j, at(v, j * stride), Dv);
}
