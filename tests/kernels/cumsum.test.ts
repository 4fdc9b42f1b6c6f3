import { expect, test } from '@jest/globals';
import { ulpError } from '../close.js';
import { Random } from '../random.js';
import { everyVariant } from './harness.js';

everyVariant('cumsum_f32', (fresh) => {
  const grid = [1, 2, 5, 16, 33].flatMap((n) => [1, 2, 5].map((inner) => [n, inner]));
  test.each(grid)('n = %i, inner = %i', (n, inner) => {
    const outer = 3;
    const size = outer * n * inner;
    const x = new Random(n * inner).uniform(size, 0.1, 2);
    for (const exclusive of [0, 1])
      for (const reverse of [0, 1]) {
        const m = fresh();
        const y = m.f32(x);
        m.kernels.cumsum_f32(y, y, n, inner, exclusive, reverse, 0, outer * inner); // in place
        const got = m.readF32(y, size);
        for (let e = 0; e < size; e++) {
          const j = Math.floor(e / inner) % n;
          let truth = 0;
          for (let k = 0; k < n; k++)
            if (k === j ? !exclusive : reverse ? k > j : k < j) truth += x[e + (k - j) * inner];
          expect(ulpError(got[e], truth)).toBeLessThanOrEqual(0.51);
          if (n > 1) expect(ulpError(got[e], truth + x[e])).toBeGreaterThan(0.51);
        }
        m.checkGuards();
      }
  });

  test('only the sums asked for', () => {
    const m = fresh();
    const y = m.f32(new Float32Array(6).fill(9));
    m.kernels.cumsum_f32(y, m.f32([1, 2, 3, 4, 5, 6]), 2, 3, 0, 0, 1, 2);
    expect(Array.from(m.readF32(y, 6))).toEqual([9, 2, 9, 9, 7, 9]);
  });

  test('nothing to sum', () => {
    const m = fresh();
    m.kernels.cumsum_f32(m.f32(0), m.f32(0), 0, 3, 0, 1, 0, 3);
    m.checkGuards();
  });
});
