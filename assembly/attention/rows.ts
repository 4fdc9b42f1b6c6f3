// Rows of a tile: row = position * group + member, so that the query heads that share a kv head stand side
// by side and a tile covers few positions.
import { at } from '../lanes/address';
import { scoreRows } from './microkernels';
import { packQueries } from './pack';
import { KEYS, Problem } from './problem';
import { scoreRow } from './row';

/** Where a row lies in a tensor (B, H, L, .) of the strides sB sH sL. */
@inline
export function rowAt(x: usize, sB: i32, sH: i32, sL: i32, p: Problem, b: i32, g: i32, row: i32): usize {
  return at(x, b * sB + (g * p.group + row % p.group) * sH + (row / p.group) * sL);
}

/** Rows of n floats of a tile times scale, in fours: [row / 4][i][4]; the last row fills up its four. */
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

/** Scaled queries of a tile into p.queries; a tile of one row keeps it as it is, [d]. */
export function loadQueries(p: Problem, b: i32, g: i32, row: i32, rows: i32): void {
  if (rows > 1) {
    loadRows(p.queries, p.q, p.qB, p.qH, p.qL, p.D, p.scale, p, b, g, row, rows);
    return;
  }
  const q = rowAt(p.q, p.qB, p.qH, p.qL, p, b, g, row);
  for (let d = 0; d < p.D; d++) store<f32>(at(p.queries, d), load<f32>(at(q, d)) * p.scale);
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
 * Scores of rows t..t+3 of the tile against columns [from, to) of the block that begins at k, multiples
 * of 8; from column n on there are no keys.  A tile of one row reads k, others the packed panel.
 */
@inline
export function score(p: Problem, single: bool, t: i32, k: usize, from: i32, to: i32, n: i32): void {
  const x = p.weights;
  if (single) scoreRow(x, p.queries, k, p.kS, p.D, from, to, n);
  else scoreRows(x, at(p.queries, t * p.D), p.panel, p.D, from, to);
}
