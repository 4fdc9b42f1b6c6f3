import { describe, test } from '@jest/globals';
import { Random } from '../random.js';
import { argmax, argmin, terms } from '../reference/reduce.js';
import { everyVariant } from './harness.js';
import { expectSame } from './same.js';

/** Around 4, 8 and 16 lanes. */
const ROWS = [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 15, 16, 17, 31, 32, 33, 48, 67, 257];

everyVariant('argmax_f32, argmin_f32', (fresh) => {
  const both = { argmax_f32: argmax, argmin_f32: argmin };
  describe.each(Object.keys(both) as (keyof typeof both)[])('%s', (name) => {
    const run = (x: ArrayLike<number>, n: number, inner: number, stride: number, outer: number) => {
      const m = fresh();
      const y = m.i32(Array(outer * inner).fill(-1));
      m.kernels[name](y, m.f32(x, 4), n, inner, stride, 0, outer * inner);
      m.checkGuards();
      return m.readI32(y, outer * inner);
    };

    test('every length, with ties, rows and columns', () => {
      for (const n of ROWS)
        for (const inner of [1, 3]) {
          const r = new Random(n + inner);
          const stride = n * inner + (inner === 1 ? 7 : 0);
          const x = Float32Array.from({ length: 5 * stride }, () => r.int(4) - 2);
          const expected = Array.from({ length: 5 * inner }, (_, e) =>
            both[name](terms(x, Math.floor(e / inner), e % inner, n, inner, stride)),
          );
          expectSame(run(x, n, inner, stride, 5), expected, `${n} x ${inner}`);
        }
    });

    test('the answer at every place of a row', () => {
      const n = 19;
      for (let at = 0; at < n; at++)
        for (const odd of [
          name === 'argmax_f32' ? 9 : -9,
          NaN,
          name === 'argmax_f32' ? Infinity : -Infinity,
        ]) {
          const x = Array(n).fill(1);
          x[at] = odd;
          expectSame(run(x, n, 1, n, 1), [at]);
          expectSame(
            run(
              x.flatMap((v) => [v, v]),
              n,
              2,
              2 * n,
              1,
            ),
            [at, at],
          );
        }
    });

    test('the first NaN wins, zeros of both signs are equal, a row of one infinity has its first', () => {
      expectSame(run([1, NaN, 5, NaN, -5], 5, 1, 5, 1), [1]);
      expectSame(run([1, NaN, 5, NaN, -5], 5, 1, 5, 1), [1]);
      expectSame(run([-0, 0, -0, 0, 0], 5, 1, 5, 1), [0]);
      expectSame(run([0, -0, 0, -0, -0], 5, 1, 5, 1), [0]);
      expectSame(run(Array(6).fill(-Infinity), 6, 1, 6, 1), [0]);
      expectSame(run(Array(6).fill(Infinity), 6, 1, 6, 1), [0]);
    });
  });
});
