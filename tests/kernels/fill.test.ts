import { expect, test } from '@jest/globals';
import { everyVariant } from './harness.js';

everyVariant('fill_f32', (fresh) => {
  test.each([0, 1, 3, 4, 5, 8, 13])('fills exactly [begin, end) of %i', (n) => {
    const b = fresh();
    const y = b.f32(new Float32Array(n + 2).fill(7), 4);
    b.kernels.fill_f32(y, 1.5, 1, n + 1);
    expect(Array.from(b.readF32(y, n + 2))).toEqual([7, ...Array(n).fill(1.5), 7]);
    b.checkGuards();
  });
});
