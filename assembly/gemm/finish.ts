// What happens to a finished sum: C = act(sum + bias) + residual.  An address of 0 means absent.
import { loadTail, storeTail } from '../lanes/tail';
import { NONE, RELU } from '../activation/kind';

/** One row of one panel: `columns` (1..NR) of the four sums go to c. */
export function finishRow(
  c: usize, v0: v128, v1: v128, v2: v128, v3: v128, bias: usize, residual: usize, act: i32, columns: i32,
): void {
  finishLanes(c, v0, bias, residual, act, columns);
  if (columns > 4) finishLanes(c + 16, v1, after(bias, 16), after(residual, 16), act, columns - 4);
  if (columns > 8) finishLanes(c + 32, v2, after(bias, 32), after(residual, 32), act, columns - 8);
  if (columns > 12) finishLanes(c + 48, v3, after(bias, 48), after(residual, 48), act, columns - 12);
}

@inline
function after(p: usize, bytes: usize): usize {
  return p ? p + bytes : 0;
}

@inline
function finishLanes(c: usize, v: v128, bias: usize, residual: usize, act: i32, columns: i32): void {
  if (columns >= 4) {
    if (bias) v = f32x4.add(v, v128.load(bias));
    if (act != NONE) v = activate(v, act);
    if (residual) v = f32x4.add(v, v128.load(residual));
    v128.store(c, v);
  } else {
    if (bias) v = f32x4.add(v, loadTail(bias, columns, 0));
    if (act != NONE) v = activate(v, act);
    if (residual) v = f32x4.add(v, loadTail(residual, columns, 0));
    storeTail(c, v, columns);
  }
}

function activate(v: v128, act: i32): v128 {
  if (act == RELU) v = f32x4.pmax(v, f32x4.splat(0));
  return v;
}
