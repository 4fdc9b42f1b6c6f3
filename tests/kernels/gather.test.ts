import { describe, expect, test } from '@jest/globals';
import { Scatter } from '../../src/ops/kinds.js';
import { Random } from '../random.js';
import { gathered, offset, scattered } from '../reference/places.js';
import { everyVariant } from './harness.js';
import { expectSame } from './same.js';

const OUTER = 3;
const GRID = [1, 2, 5, 17].flatMap((n) => [0, 1, 4, 7].flatMap((m) => [1, 3].map((inner) => [n, m, inner])));

function problem(n: number, m: number, inner: number) {
  const r = new Random(n + 100 * m + 10000 * inner);
  const [shape, indexShape] = [
    [OUTER, n, inner],
    [OUTER, m, inner],
  ];
  return {
    shape,
    indexShape,
    x: r.uniform(OUTER * n * inner, -2, 2),
    src: r.uniform(OUTER * m * inner, -2, 2),
    index: Int32Array.from({ length: OUTER * m * inner }, () => r.int(n)),
  };
}

everyVariant('gather_32', (fresh) => {
  test.each(GRID)('n = %i, m = %i, inner = %i', (n, m, inner) => {
    const { x, index, shape, indexShape } = problem(n, m, inner);
    const b = fresh();
    const p = b.i32(index);
    b.kernels.gather_32(p, b.f32(x), p, n, m, inner, 0, index.length); // in place of the index
    expectSame(b.readF32(p, index.length), gathered(x, shape, 1, index, indexShape));
    b.checkGuards();
  });

  test('only the elements asked for', () => {
    const b = fresh();
    const y = b.i32([9, 9, 9, 9]);
    b.kernels.gather_32(y, b.i32([5, 6]), b.i32([1, 0, 1, 0]), 2, 4, 1, 1, 3);
    expect(Array.from(b.readI32(y, 4))).toEqual([9, 5, 6, 9]);
  });
});

const JOIN: Record<keyof typeof Scatter, (old: number, value: number) => number> = {
  set: (_, v) => v,
  sum: (a, v) => Math.fround(a + v),
  prod: (a, v) => Math.fround(a * v),
  max: Math.max,
  min: Math.min,
};

everyVariant('scatter_f32', (fresh) => {
  describe.each(Object.keys(JOIN) as (keyof typeof Scatter)[])('%s', (kind) => {
    test.each(GRID)('n = %i, m = %i, inner = %i', (n, m, inner) => {
      const { x, src, index, shape, indexShape } = problem(n, m, inner);
      for (const step of [0, 1]) {
        const b = fresh();
        const y = b.f32(x);
        const from = step ? src : [3.5];
        b.kernels.scatter_f32(
          ...([y, b.i32(index), b.f32(from), step, Scatter[kind], n, m, inner, 0, OUTER * inner] as const),
        );
        const value = (p: readonly number[]): number => from[step * offset(p, indexShape)];
        expectSame(b.readF32(y, x.length), scattered(x, shape, 1, index, indexShape, value, JOIN[kind]));
        b.checkGuards();
      }
    });
  });

  test('NaN stays, and of several values for one place the last is set', () => {
    const b = fresh();
    const y = b.f32([1, NaN, 2]);
    const index = b.i32([0, 0, 1, 2]);
    b.kernels.scatter_f32(y, index, b.f32([7, 8, 3, NaN]), 1, Scatter.max, 3, 4, 1, 0, 1);
    expect(Array.from(b.readF32(y, 3))).toEqual([8, NaN, NaN]);
    b.kernels.scatter_f32(y, index, b.f32([7, 4, 3, 5]), 1, Scatter.set, 3, 4, 1, 0, 1);
    expect(Array.from(b.readF32(y, 3))).toEqual([4, 3, 5]);
  });

  test('only the columns asked for', () => {
    const b = fresh();
    const y = b.f32([1, 1, 1, 1, 1, 1]);
    b.kernels.scatter_f32(y, b.i32([0, 1, 1]), b.f32([5, 6, 7]), 1, Scatter.sum, 2, 1, 3, 1, 2);
    expect(Array.from(b.readF32(y, 6))).toEqual([1, 1, 1, 1, 7, 1]);
  });
});
