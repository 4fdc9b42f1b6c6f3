// What happens to a finished sum: C = act(sum + bias) + residual.  An address of 0 means absent.
import { activate } from '../activation/activate';
import { NONE } from '../activation/kind';
import { loadPart, storePart } from '../lanes/tail';

/** One row of one panel from registers: the first `columns` (1..NR) of the sums go to c. */
export function finishRow(
  c: usize, v0: v128, v1: v128, v2: v128, v3: v128, bias: usize, residual: usize, act: i32, columns: i32,
): void {
  finishPart(c, v0, bias, residual, 0, act, columns);
  finishPart(c, v1, bias, residual, 16, act, columns - 4);
  finishPart(c, v2, bias, residual, 32, act, columns - 8);
  finishPart(c, v3, bias, residual, 48, act, columns - 12);
}

@inline
function finishPart(c: usize, v: v128, bias: usize, residual: usize, at: usize, act: i32, columns: i32): void {
  if (bias) v = f32x4.add(v, loadPart(bias + at, columns, 0));
  if (act != NONE) v = activate(v, act);
  if (residual) v = f32x4.add(v, loadPart(residual + at, columns, 0));
  storePart(c + at, v, columns);
}

/** Rows of one whole panel whose sums lie in c already. */
export function finishStrip(
  c: usize, c1: usize, rows: i32, bias: usize, residual: usize, r1: usize, act: i32,
): void {
  for (let m = 0; m < rows; m++) {
    let v0 = v128.load(c), v1 = v128.load(c, 16), v2 = v128.load(c, 32), v3 = v128.load(c, 48);
    if (bias) {
      v0 = f32x4.add(v0, v128.load(bias)), v1 = f32x4.add(v1, v128.load(bias, 16));
      v2 = f32x4.add(v2, v128.load(bias, 32)), v3 = f32x4.add(v3, v128.load(bias, 48));
    }
    if (act != NONE) v0 = activate(v0, act), v1 = activate(v1, act), v2 = activate(v2, act), v3 = activate(v3, act);
    if (residual) {
      v0 = f32x4.add(v0, v128.load(residual)), v1 = f32x4.add(v1, v128.load(residual, 16));
      v2 = f32x4.add(v2, v128.load(residual, 32)), v3 = f32x4.add(v3, v128.load(residual, 48));
      residual += r1;
    }
    v128.store(c, v0), v128.store(c, v1, 16), v128.store(c, v2, 32), v128.store(c, v3, 48);
    c += c1;
  }
}
