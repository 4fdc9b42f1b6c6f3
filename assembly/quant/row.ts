// One row of activations against a whole panel: the sums go to t.  The panel is read in one sequential run,
// at the speed of memory; a second run beside it would halve that.  Addresses in bytes, S >= 1 steps.
import { dotStep, weights0, weights1, weights2, weights3 } from '../lanes/dot';
import { ROW } from './layout';

export function row(t: usize, a: usize, b: usize, S: i32): void {
  let c0 = i32x4.splat(0), c1 = i32x4.splat(0), c2 = i32x4.splat(0), c3 = i32x4.splat(0);
  const last = b + <usize>(S - 1) * ROW;
  a -= 4;
  b -= ROW;
  do {
    a += 4;
    b += ROW;
    const x = v128.load_splat<i32>(a);
    c0 = dotStep<i8>(weights0(b), x, c0), c1 = dotStep<i8>(weights1(b), x, c1);
    c2 = dotStep<i8>(weights2(b), x, c2), c3 = dotStep<i8>(weights3(b), x, c3);
  } while (b < last);
  v128.store(t, c0), v128.store(t, c1, 16), v128.store(t, c2, 32), v128.store(t, c3, 48);
}
