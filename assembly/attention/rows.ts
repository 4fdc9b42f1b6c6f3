// Rows of a tile: row = position * group + member, so that the query heads that share a kv head stand side
// by side and a tile covers few positions.
import { ZERO } from '../gemm/layout';
import { tiles } from '../gemm/tile';
import { at } from '../lanes/address';
import { loadPart, storePart } from '../lanes/tail';
import { packQueries } from './pack';
import { KEYS, Problem, ROW } from './problem';
import { scoreRow } from './row';

/** Where a row lies in a tensor (B, H, L, .) of the strides sB sH sL. */
@inline
export function rowAt(x: usize, sB: i32, sH: i32, sL: i32, p: Problem, b: i32, g: i32, row: i32): usize {
  return at(x, b * sB + (g * p.group + row % p.group) * sH + (row / p.group) * sL);
}

/** Rows of n floats of a tile times scale, in fours: [row / 4][i][4]; the last fills its four. */
export function loadRows(
  dst: usize, x: usize, sB: i32, sH: i32, sL: i32, n: i32, scale: f32,
  p: Problem, b: i32, g: i32, row: i32, rows: i32,
): void {
  const last = row + rows - 1;
  for (let t = row; t <= last; t += 4) {
    const r0 = rowAt(x, sB, sH, sL, p, b, g, t);
    const r1 = rowAt(x, sB, sH, sL, p, b, g, min(t + 1, last));
    const r2 = rowAt(x, sB, sH, sL, p, b, g, min(t + 2, last));
    const r3 = rowAt(x, sB, sH, sL, p, b, g, min(t + 3, last));
    packQueries(dst, r0, r1, r2, r3, n, scale);
    dst += (<usize>n) << 4;
  }
}

/** Scaled queries of a tile into p.queries. */
export function loadQueries(p: Problem, b: i32, g: i32, row: i32, rows: i32): void {
  const scale = f32x4.splat(p.scale);
  let to = p.queries;
  for (let t = row; t < row + rows; t++) {
    let q = rowAt(p.q, p.qB, p.qH, p.qL, p, b, g, t);
    for (let n = p.D; n > 0; n -= 4) {
      storePart(to, f32x4.mul(loadPart(q, n, 0), scale), n);
      q += 16;
      to += (<usize>min(n, 4)) << 2;
    }
  }
}

/** The first key that the bounds allow to a row; never falls as rows go on. */
@inline
export function firstKey(p: Problem, row: i32): i32 {
  return row / p.group + p.lo;
}

/** One past the last. */
@inline
export function lastKey(p: Problem, row: i32): i32 {
  return row / p.group + p.hi + 1;
}

/**
 * Scores of rows t..t+count of the tile, at most four, against columns [from, to) of the block that begins at k,
 * multiples of 8; from column n on there are no keys.  A tile of one row reads k, others the packed panel, whose
 * sixteens may go beyond the columns; of an odd number the row behind the last is worked on and nobody's.
 */
export function score(p: Problem, single: bool, t: i32, count: i32, k: usize, from: i32, to: i32, n: i32): void {
  if (single) {
    scoreRow(p.weights, p.queries, k, p.kS, p.D, from, to, n);
    return;
  }
  const row = (<usize>p.D) << 2;
  for (let j = from & ~15; j < to; j += 16) {
    const b = at(p.panel, j * p.D);
    const pairs = (count + 1) & -2;
    let x = at(p.weights, j);
    if (p.D > 0) tiles(x, ROW, ZERO, 0, at(p.queries, t * p.D), row, b, p.D, pairs);
    else for (let i = 0; i < pairs; i++) memory.fill(x, 0, 64), x += ROW;
  }
}
