import { describe, expect, test } from '@jest/globals';
import { Random } from '../random.js';
import { sorted } from '../reference/order.js';
import { everyVariant } from './harness.js';
import { expectSame } from './same.js';

const LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 40, 257];
const ROWS = 3;

/** Rows in which values repeat, apart by a prime-ish stride; some with NaN, infinities and both zeros. */
function rows(n: number, seed: number, odd: boolean): { x: Float32Array; stride: number } {
  const r = new Random(seed);
  const stride = n + 3;
  const pool = odd ? [NaN, Infinity, -Infinity, 0, -0, 1, -1, 1e-45, -1e-45, 3e38] : [];
  const x = Float32Array.from({ length: ROWS * stride }, () => {
    const pick = r.int(4);
    if (pick === 0 && odd) return pool[r.int(pool.length)];
    return pick === 1 ? r.int(5) - 2 : 4 * r.next() - 2;
  });
  return { x, stride };
}

everyVariant('topk_f32', (fresh) => {
  const run = (x: Float32Array, n: number, k: number, stride: number, largest: boolean) => {
    const m = fresh();
    const values = m.f32(ROWS * k, 4);
    const indices = m.i32(Array(ROWS * k).fill(-1));
    const scratch = m.alloc(4 * m.kernels.topk_f32_scratch(k), 4);
    m.kernels.topk_f32(values, indices, m.f32(x), scratch, n, k, stride, Number(largest), 0, ROWS);
    m.checkGuards();
    return { values: m.readF32(values, ROWS * k), indices: m.readI32(indices, ROWS * k) };
  };

  describe.each([true, false])('largest = %s', (largest) => {
    test.each(LENGTHS)('rows of %i, every k that matters', (n) => {
      for (const k of new Set([0, 1, 2, 3, 4, 5, 8, n - 1, n].filter((v) => v >= 0 && v <= n)))
        for (const odd of [false, true]) {
          const { x, stride } = rows(n, 31 * n + k, odd);
          const { values, indices } = run(x, n, k, stride, largest);
          const expected: number[] = [];
          for (let r = 0; r < ROWS; r++)
            expected.push(...sorted(x.subarray(r * stride, r * stride + n), largest).slice(0, k));
          expectSame(indices, expected, `n ${n} k ${k}`);
          expectSame(
            values,
            expected.map((at, i) => x[Math.floor(i / k) * stride + at]),
          );
        }
    });
  });

  test('all equal: the lowest indices; ascending and descending rows', () => {
    const n = 21;
    const same = new Float32Array(ROWS * n).fill(2);
    expect(Array.from(run(same, n, 4, n, true).indices.subarray(0, 4))).toEqual([0, 1, 2, 3]);
    const up = Float32Array.from({ length: ROWS * n }, (_, i) => i % n);
    expect(Array.from(run(up, n, 3, n, true).indices.subarray(0, 3))).toEqual([20, 19, 18]);
    expect(Array.from(run(up, n, 3, n, false).indices.subarray(0, 3))).toEqual([0, 1, 2]);
  });

  test('rows outside the range stay untouched', () => {
    const m = fresh();
    const values = m.f32([9, 9, 9]);
    const indices = m.i32([9, 9, 9]);
    m.kernels.topk_f32(values, indices, m.f32([1, 2, 3, 4, 6, 5]), m.alloc(8), 2, 1, 2, 1, 1, 2);
    expect(Array.from(m.readF32(values, 3))).toEqual([9, 4, 9]);
    expect(Array.from(m.readI32(indices, 3))).toEqual([9, 1, 9]);
  });
});

everyVariant('sort_f32', (fresh) => {
  describe.each([true, false])('descending = %s', (descending) => {
    test.each([0, ...LENGTHS, 5000])('rows of %i', (n) => {
      for (const odd of [false, true]) {
        const { x, stride } = rows(n, n, odd);
        const m = fresh();
        const values = m.f32(ROWS * n, 4);
        const indices = m.i32(Array(ROWS * n).fill(-1));
        const scratch = m.alloc(4 * m.kernels.sort_f32_scratch(n), 4);
        m.kernels.sort_f32(values, indices, m.f32(x), scratch, n, stride, Number(descending), 0, ROWS);
        const expected: number[] = [];
        for (let r = 0; r < ROWS; r++)
          expected.push(...sorted(x.subarray(r * stride, r * stride + n), descending));
        expectSame(m.readI32(indices, ROWS * n), expected, `n ${n}`);
        expectSame(
          m.readF32(values, ROWS * n),
          expected.map((at, i) => x[Math.floor(i / n) * stride + at]),
        );
        m.checkGuards();
      }
    });
  });

  test('the order of equals is looked at', () => {
    const x = [1, 2, 1, 2];
    expect(sorted(x, true)).toEqual([1, 3, 0, 2]);
    expect(() => expectSame([3, 1, 0, 2], sorted(x, true))).toThrow(/element 0/);
  });
});
