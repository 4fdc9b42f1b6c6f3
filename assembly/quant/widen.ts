// S rows of a panel as vectors of 16-bit weights, once for all rows of activations that pass over them.
import { weights0, weights1, weights2, weights3 } from '../lanes/dot';
import { ROW, WIDE_ROW } from './layout';

export function widen(to: usize, b: usize, S: i32): void {
  for (const end = b + <usize>S * ROW; b < end; b += ROW) {
    v128.store(to, weights0(b)), v128.store(to, weights1(b), 16);
    v128.store(to, weights2(b), 32), v128.store(to, weights3(b), 48);
    to += WIDE_ROW;
  }
}
