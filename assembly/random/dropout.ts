// dropout_f32: y[i] = x[i] scale where u(position + i) >= p, else 0, for i in [begin, end).
// x, y: (N) f32; y may alias x.  u is the uniform number of philox.ts; p and u are compared in f32, so p = 1
// drops all.  A dropped element is 0 whatever x holds.
// Backward: the same call with dy for x, since the mask is a function of seed and position.
import { loadTail, storeTail } from '../lanes/tail';
import { fromLane, philox, unit } from './philox';

export function dropout_f32(
  y: usize, x: usize, seed: f64, position: f64, p: f32, scale: f32, begin: i32, end: i32,
): void {
  const key = <u64>seed;
  const first = <u64>position;
  for (let i = begin; i < end; ) {
    const at = first + <u64>i;
    const lane = <i32>(at & 3);
    const keep = f32x4.ge(unit(philox(key, at >> 2)), f32x4.splat(p));
    const count = min(4 - lane, end - i);
    const from = x + ((<usize>i) << 2);
    const to = y + ((<usize>i) << 2);
    if (count == 4) {
      v128.store(to, v128.and(keep, f32x4.mul(v128.load(from), f32x4.splat(scale))));
    } else {
      const v = f32x4.mul(loadTail(from, count, 0), f32x4.splat(scale));
      storeTail(to, v128.and(fromLane(keep, lane), v), count);
    }
    i += count;
  }
}
