// Rows of a tile: row = position * group + member, so that the query heads that share a kv head stand side
// by side and a tile covers few positions.
import { at } from '../lanes/address';
import { scoreRows } from './microkernels';
import { packQueries } from './pack';
import { KEYS, Problem } from './problem';
import { scoreRow } from './row';

/** Scaled queries of a tile into p.queries; a tile of one row keeps it as it is, [d]. */
export function loadQueries(p: Problem, b: i32, g: i32, row: i32, rows: i32): void {
  if (rows == 1) {
    const q = query(p, b, g, row);
    for (let d = 0; d < p.D; d++) store<f32>(at(p.queries, d), load<f32>(at(q, d)) * p.scale);
    return;
  }
  for (let t = 0; t < rows; t += 4) {
    const r0 = query(p, b, g, row + t);
    const r1 = query(p, b, g, row + min(t + 1, rows - 1));
    const r2 = query(p, b, g, row + min(t + 2, rows - 1));
    const r3 = query(p, b, g, row + min(t + 3, rows - 1));
    packQueries(at(p.queries, t * p.D), r0, r1, r2, r3, p.D, p.scale);
  }
}

/** Where the query of a row lies. */
@inline
export function query(p: Problem, b: i32, g: i32, row: i32): usize {
  return at(p.q, b * p.qB + (g * p.group + row % p.group) * p.qH + (row / p.group) * p.qL);
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
  const x = at(p.weights, t * KEYS);
  if (single) scoreRow(x, p.queries, k, p.kS, p.D, from, to, n);
  else scoreRows(x, at(p.queries, t * p.D), p.panel, p.D, from, to);
}
