import { describe, expect, test } from '@jest/globals';
import { Random } from '../random.js';
import { everyVariant } from './harness.js';
import { expectSame } from './same.js';

const WIDTHS = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 31];
const IDS = [3, 0, 3, 4, 1, 3, 0];
const V = 5;

everyVariant('embedding', (fresh) => {
  describe.each(WIDTHS)('D = %i', (D) => {
    test('gathers f32 rows, those asked for only', () => {
      const m = fresh();
      const w = new Random(D).uniform(V * D);
      const y = m.f32(new Float32Array(IDS.length * D).fill(7), 4);
      m.kernels.embedding_f32(y, m.f32(w), m.i32(IDS), D, 1, 6);
      const expected = IDS.flatMap((id, i) =>
        Array.from(w.subarray(id * D, id * D + D), (v) => (i > 0 && i < 6 ? v : 7)),
      );
      expectSame(m.readF32(y, expected.length), expected);
      m.checkGuards();
    });

    test('adds the gradient of every occurrence, in order', () => {
      const r = new Random(D);
      const dy = r.uniform(IDS.length * D);
      const before = r.uniform(V * D);
      for (const padding of [-1, 3]) {
        const expected = before.slice();
        IDS.forEach((id, i) => {
          if (id !== padding) for (let d = 0; d < D; d++) expected[id * D + d] += dy[i * D + d];
        });
        const m = fresh();
        const dw = m.f32(before, 4);
        const [pdy, ids] = [m.f32(dy), m.i32(IDS)];
        const cut = D >> 1;
        m.kernels.embedding_f32_backward(dw, pdy, ids, IDS.length, D, padding, cut, D);
        m.kernels.embedding_f32_backward(dw, pdy, ids, IDS.length, D, padding, 0, cut);
        expectSame(m.readF32(dw, V * D), expected);
        m.checkGuards();
      }
      const all = before.slice();
      const last = before.slice(); // as if each id counted once: must be told apart
      IDS.forEach((id, i) => {
        for (let d = 0; d < D; d++) {
          all[id * D + d] += dy[i * D + d];
          last[id * D + d] = before[id * D + d] + dy[i * D + d];
        }
      });
      expect(() => expectSame(last, all)).toThrow();
    });
  });

  test('finds the first number outside the table', () => {
    const m = fresh();
    const find = (ids: number[], rows: number) => m.kernels.ids_in_range(m.i32(ids), ids.length, rows);
    expect(find([0, 4, 2], 5)).toBe(-1);
    expect(find([0, 5, -1], 5)).toBe(1);
    expect(find([0, 4, -1, 9], 5)).toBe(2);
    expect(find([0], 0)).toBe(0);
    expect(find([], 0)).toBe(-1);
    expect(find([2 ** 31 - 1, -(2 ** 31)], 2 ** 31 - 1)).toBe(0);
  });
});
