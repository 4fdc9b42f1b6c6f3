// Whole panels of B against a block of rows of A that is contiguous along k; K >= 1.  The sums go to C
// first and are finished there, so the residual must not be C.  Strides and addresses in bytes.
import { NONE } from '../activation/kind';
import { finishStrip } from './finish';
import { panelBytes, ROW } from './layout';
import { row } from './row';
import { tile2 } from './tile';

/**
 * Two neighbouring panels, any number of rows.  The first row passes over both at once: `row` draws weights
 * from memory faster than `tile2` would, and leaves them in the cache for it.  An even count leaves one
 * row over, which goes the same way.
 */
export function twoPanels(
  c: usize, c1: usize, a: usize, a1: usize, b: usize, rows: i32, K: i32,
  bias: usize, residual: usize, r1: usize, act: i32,
): void {
  const last = <usize>(rows - 1);
  row(c, a, b, K);
  if (!(rows & 1)) row(c + last * c1, a + last * a1, b, K);
  for (let p = 0; p < 2; p++) {
    for (let m: usize = 1; m < last; m += 2) tile2(c + m * c1, c1, a + m * a1, a1, b, K);
    if (bias || residual || act != NONE) finishStrip(c, c1, rows, bias, residual, r1, act);
    b += panelBytes(K);
    c += ROW;
    if (bias) bias += ROW;
    if (residual) residual += ROW;
  }
}

/** One panel, two rows or more.  An odd last row goes with its predecessor, which comes out as before. */
export function onePanel(
  c: usize, c1: usize, a: usize, a1: usize, b: usize, rows: i32, K: i32,
  bias: usize, residual: usize, r1: usize, act: i32,
): void {
  const last = <usize>(rows - 1);
  for (let m: usize = 0; m < last; m += 2) tile2(c + m * c1, c1, a + m * a1, a1, b, K);
  if (rows & 1) tile2(c + (last - 1) * c1, c1, a + (last - 1) * a1, a1, b, K);
  if (bias || residual || act != NONE) finishStrip(c, c1, rows, bias, residual, r1, act);
}
