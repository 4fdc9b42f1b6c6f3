// What happens to a finished sum: C = act(sum + bias) + residual.  An address of 0 means absent.
// An activation works on the row where it lies in C: together its vectors take a third of the time.
import { activateRow } from '../activation/activate';
import { NONE } from '../activation/kind';
import { loadPart, storePart } from '../lanes/tail';
import { NR } from './layout';

/** One row of one panel from registers: the first `columns` (1..NR) of the sums go to c. */
export function finishRow(
  c: usize, v0: v128, v1: v128, v2: v128, v3: v128, bias: usize, residual: usize, act: i32, columns: i32,
): void {
  if (bias) {
    v0 = plus(v0, bias, columns), v1 = plus(v1, bias + 16, columns - 4);
    v2 = plus(v2, bias + 32, columns - 8), v3 = plus(v3, bias + 48, columns - 12);
  }
  if (act != NONE) {
    // the residual may be C itself: it is read before C is written
    const zero = f32x4.splat(0);
    const r0 = residual ? loadPart(residual, columns, 0) : zero;
    const r1 = residual ? loadPart(residual + 16, columns - 4, 0) : zero;
    const r2 = residual ? loadPart(residual + 32, columns - 8, 0) : zero;
    const r3 = residual ? loadPart(residual + 48, columns - 12, 0) : zero;
    storeRow(c, v0, v1, v2, v3, columns);
    activateRow(c, columns, act);
    if (!residual) return;
    v0 = plus(r0, c, columns), v1 = plus(r1, c + 16, columns - 4);
    v2 = plus(r2, c + 32, columns - 8), v3 = plus(r3, c + 48, columns - 12);
  } else if (residual) {
    v0 = plus(v0, residual, columns), v1 = plus(v1, residual + 16, columns - 4);
    v2 = plus(v2, residual + 32, columns - 8), v3 = plus(v3, residual + 48, columns - 12);
  }
  storeRow(c, v0, v1, v2, v3, columns);
}

/** v + the first `columns` floats at p */
@inline
function plus(v: v128, p: usize, columns: i32): v128 {
  return f32x4.add(v, loadPart(p, columns, 0));
}

@inline
function storeRow(c: usize, v0: v128, v1: v128, v2: v128, v3: v128, columns: i32): void {
  storePart(c, v0, columns), storePart(c + 16, v1, columns - 4);
  storePart(c + 32, v2, columns - 8), storePart(c + 48, v3, columns - 12);
}

/** c[0..NR) += p[0..NR) */
@inline
function addRow(c: usize, p: usize): void {
  v128.store(c, f32x4.add(v128.load(c), v128.load(p)));
  v128.store(c, f32x4.add(v128.load(c, 16), v128.load(p, 16)), 16);
  v128.store(c, f32x4.add(v128.load(c, 32), v128.load(p, 32)), 32);
  v128.store(c, f32x4.add(v128.load(c, 48), v128.load(p, 48)), 48);
}

/** Rows of one whole panel whose sums lie in c already. */
export function finishStrip(
  c: usize, c1: usize, rows: i32, bias: usize, residual: usize, r1: usize, act: i32,
): void {
  for (let m = 0; m < rows; m++) {
    if (bias) addRow(c, bias);
    if (act != NONE) activateRow(c, NR, act);
    if (residual) {
      addRow(c, residual);
      residual += r1;
    }
    c += c1;
  }
}
