// Rows of a panel as steps of the tile, once for all rows of activations that pass over them: of each quads as
// they are, then what the second step is multiplied by (lanes/quads.ts).
import { lowBytes, secondWeights } from '../lanes/quads';
import { ROW } from './layout';

export function widen(to: usize, b: usize, S: i32): void {
  const low = lowBytes();
  for (const end = b + <usize>S * ROW; b < end; b += ROW) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    v128.store(to, b0), v128.store(to, b1, 16), v128.store(to, b2, 32), v128.store(to, b3, 48);
    v128.store(to, secondWeights(b0, low), 64), v128.store(to, secondWeights(b1, low), 80);
    v128.store(to, secondWeights(b2, low), 96), v128.store(to, secondWeights(b3, low), 112);
    to += 2 * ROW;
  }
}
