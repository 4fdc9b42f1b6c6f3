import { test } from '@jest/globals';
import { Compare } from '../../src/ops/kinds.js';
import { compare } from '../reference/elementwise.js';
import { layouts, operands, rowsOf } from './broadcast.js';
import { everyVariant } from './harness.js';
import { expectSame } from './same.js';

const comparisons = Object.keys(Compare) as (keyof typeof Compare)[];

everyVariant('compare_f32', (fresh) => {
  test.each(comparisons)('%s on every layout', (kind) => {
    layouts.forEach((l, seed) => {
      const m = fresh();
      const { a, b, wideA, wideB } = operands(l, seed);
      const y = m.alloc(wideA.length);
      m.kernels.compare_f32(y, m.f32(a), m.f32(b), Compare[kind], ...l.shape, ...l.a, ...l.b, 0, rowsOf(l));
      const expected = wideA.map((x, i) => Number(compare[kind](x, wideB[i])));
      expectSame(m.readU8(y, expected.length), expected, l.name);
      m.checkGuards();
    });
  });

  test.each(comparisons)('%s of NaN, infinities and zeros', (kind) => {
    const specials = [0, -0, 1, -1, Infinity, -Infinity, NaN];
    const n = specials.length;
    const m = fresh();
    const p = m.f32(specials);
    const y = m.alloc(n * n);
    m.kernels.compare_f32(y, p, p, Compare[kind], 1, 1, n, n, 0, 0, 1, 0, 0, 0, 0, 1, 0, n);
    const expected = specials.flatMap((a) => specials.map((b) => Number(compare[kind](a, b))));
    expectSame(m.readU8(y, n * n), expected);
  });
});
