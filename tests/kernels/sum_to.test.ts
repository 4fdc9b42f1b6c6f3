import { expect, test } from '@jest/globals';
import { ulpError } from '../close.js';
import { Random } from '../random.js';
import { offsets } from '../reference/strided.js';
import type { Four } from './broadcast.js';
import { everyVariant } from './harness.js';
import { expectSame } from './same.js';

/** [shape, strides of y] */
const cases: [string, Four, Four][] = [
  ...[1, 3, 4, 5, 15, 16, 17, 21, 37].map((n): [string, Four, Four] => [
    `bias of ${n}`,
    [1, 1, 7, n],
    [0, 0, 0, 1],
  ]),
  ...[1, 3, 4, 15, 16, 17, 33].map((n): [string, Four, Four] => [`rows of ${n}`, [1, 1, 5, n], [0, 0, 1, 0]]),
  ['everything', [2, 3, 4, 5], [0, 0, 0, 0]],
  ['nothing', [2, 3, 4, 5], [60, 20, 5, 1]],
  ['outer and third', [2, 3, 4, 18], [0, 18, 0, 1]],
  ['second and last', [2, 3, 4, 18], [4, 0, 1, 0]],
  ['kept dims with strides', [3, 2, 2, 9], [23, 0, 11, 1]],
  ['kept dims in steps', [1, 3, 2, 6], [0, 0, 13, 2]],
  ['a sum of no terms', [1, 1, 0, 5], [0, 0, 0, 1]],
  ['no sums', [1, 1, 4, 0], [0, 0, 0, 1]],
];

everyVariant('sum_to_f32', (fresh) => {
  test.each(cases)('%s', (_, shape, strides) => {
    const r = new Random(shape[3]);
    const x = r.uniform(shape.reduce((a, b) => a * b, 1));
    const kept = shape.map((n, d) => (strides[d] ? n : 1));
    const places = offsets(kept, strides);
    const size = 1 + Math.max(-1, ...places);
    const total = new Float64Array(size);
    offsets(shape, strides).forEach((o, i) => {
      total[o] += x[i];
    });
    for (const accumulate of [0, 1]) {
      const m = fresh();
      const before = r.uniform(size);
      const y = accumulate ? m.f32(before) : m.f32(size); // unread, it holds NaN
      m.kernels.sum_to_f32(y, m.f32(x), accumulate, ...shape, ...strides, 0, places.length);
      const got = m.readF32(y, size);
      for (const p of places) {
        if (!accumulate) expect(ulpError(got[p], total[p])).toBeLessThanOrEqual(0.51);
        else expect(got[p]).toBe(Math.fround(Math.fround(total[p]) + before[p]));
        if (total[p] !== 0) expect(ulpError(0, total[p])).toBeGreaterThan(0.51);
      }
      m.checkGuards();
    }
  });

  test('a split range gives the same bits', () => {
    for (const [name, shape, strides] of cases) {
      const x = new Random(1).uniform(shape.reduce((a, b) => a * b, 1));
      const kept = shape.reduce((k, n, d) => k * (strides[d] ? n : 1), 1);
      const size = 200;
      const run = (cuts: number[]) => {
        const m = fresh();
        const y = m.f32(new Float32Array(size));
        const px = m.f32(x);
        cuts.forEach((c, i) => {
          m.kernels.sum_to_f32(y, px, 0, ...shape, ...strides, i ? cuts[i - 1] : 0, c);
        });
        return m.readF32(y, size);
      };
      expectSame(run([Math.floor(kept / 3), Math.floor(kept / 2), kept]), run([kept]), name);
    }
  });

  test('large terms that cancel leave the small ones', () => {
    const m = fresh();
    const y = m.f32(1);
    m.kernels.sum_to_f32(y, m.f32([1e8, 1, -1e8, 0.25]), 0, 1, 1, 1, 4, 0, 0, 0, 0, 0, 1);
    expectSame(m.readF32(y, 1), [1.25]);
  });
});
