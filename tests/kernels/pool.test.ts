import { describe, expect, test } from '@jest/globals';
import { MeanPool } from '../../src/ops/kinds.js';
import { ulpError } from '../close.js';
import { Random } from '../random.js';
import { maxPool, meanPool } from '../reference/pool.js';
import { type Bench, everyVariant } from './harness.js';
import { expectSame } from './same.js';

const kinds = Object.keys(MeanPool) as (keyof typeof MeanPool)[];
const WIDTHS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24];
/** Right, left, both sides, holes, all, none. */
const MASKS = [
  [1, 1, 1, 0, 0],
  [0, 0, 1, 1, 1],
  [0, 1, 1, 0, 0],
  [1, 0, 1, 0, 1],
  [1, 1, 1, 1, 1],
  [0, 0, 0, 0, 0],
];
const [B, S] = [MASKS.length, 5];

/** (B, S, D) numbers with NaN in every padded row, which no pooling may look at. */
function sequences(D: number, seed: number): Float32Array {
  const x = new Random(seed).uniform(B * S * D);
  MASKS.flat().forEach((m, i) => void (m || x.fill(NaN, i * D, i * D + D)));
  return x;
}

const rowsOf = (x: Float32Array, b: number, D: number) =>
  Array.from({ length: S }, (_, s) => Array.from(x.subarray((b * S + s) * D, (b * S + s + 1) * D)));

/** The mask as bytes or as i32. */
const put = (m: Bench, wide: number) => (wide ? m.i32(MASKS.flat()) : m.u8(MASKS.flat().map((v) => v * 255)));

everyVariant('pooling', (fresh) => {
  describe.each(kinds)('mean_pool_f32, %s', (kind) => {
    test.each(WIDTHS)('D = %i', (D) => {
      for (const wide of [0, 1]) {
        const m = fresh();
        const x = sequences(D, D);
        const y = m.f32(B * D, 4);
        m.kernels.mean_pool_f32(y, m.f32(x, 4), put(m, wide), wide, MeanPool[kind], S, D, 0, B);
        const got = m.readF32(y, B * D);
        MASKS.forEach((mask, b) => {
          meanPool(kind, rowsOf(x, b, D), mask, D).forEach((truth, d) => {
            expect(ulpError(got[b * D + d], truth)).toBeLessThanOrEqual(0.51);
            if (truth !== 0) expect(ulpError(0, truth)).toBeGreaterThan(0.51);
          });
        });
        m.checkGuards();
      }
    });

    test('the gradient', () => {
      for (const D of WIDTHS) {
        const m = fresh();
        const dy = new Random(D).uniform(B * D);
        const dx = m.f32(B * S * D, 4);
        m.kernels.mean_pool_f32_backward(dx, m.f32(dy), put(m, 0), 0, MeanPool[kind], S, D, 0, B);
        const got = m.readF32(dx, B * S * D);
        MASKS.forEach((mask, b) => {
          for (let s = 0; s < S; s++) {
            // the derivative of pooling is the pooling of a unit vector
            const unit = Array.from({ length: S }, (_, t) => [t === s ? 1 : 0]);
            const [w] = meanPool(kind, unit, mask, 1);
            for (let d = 0; d < D; d++)
              expect(ulpError(got[(b * S + s) * D + d], w * dy[b * D + d])).toBeLessThanOrEqual(0.51);
          }
        });
        m.checkGuards();
      }
    });
  });

  test('the kinds are told apart', () => {
    const x = rowsOf(sequences(4, 1), 3, 4);
    const [a, b, c] = kinds.map((kind) => meanPool(kind, x, MASKS[3], 4)[1]);
    expect(ulpError(a, b)).toBeGreaterThan(1);
    expect(ulpError(a, c)).toBeGreaterThan(1);
  });

  test('no mask keeps every token', () => {
    const m = fresh();
    const y = m.f32(3);
    const x = m.f32([1, 2, 3, 5, 4, 9]);
    m.kernels.mean_pool_f32(y, x, 0, 0, MeanPool.mean, 2, 3, 0, 1);
    expectSame(m.readF32(y, 3), [3, 3, 6]);
    m.kernels.max_pool_f32(y, x, 0, 0, 2, 3, 0, 1);
    expectSame(m.readF32(y, 3), [5, 4, 9]);
  });

  test('alone, in a batch, padded left or right: the same bits', () => {
    const D = 19;
    const tokens = new Random(8).uniform(7 * D);
    const run = (before: number, after: number) => {
      const n = before + 7 + after;
      const x = new Float32Array(n * D).fill(3);
      x.set(tokens, before * D);
      const mask = Array.from({ length: n }, (_, s) => Number(s >= before && s < before + 7));
      const m = fresh();
      const [y, z] = [m.f32(D), m.f32(D)];
      const [px, pm] = [m.f32(x), m.u8(mask)];
      m.kernels.mean_pool_f32(y, px, pm, 0, MeanPool.mean, n, D, 0, 1);
      m.kernels.max_pool_f32(z, px, pm, 0, n, D, 0, 1);
      return [...m.readF32(y, D), ...m.readF32(z, D)];
    };
    for (const [l, r] of [
      [0, 1],
      [0, 9],
      [3, 0],
      [20, 20],
    ])
      expectSame(run(l, r), run(0, 0));
  });

  test.each(WIDTHS)('max_pool_f32, D = %i', (D) => {
    for (const wide of [0, 1]) {
      const m = fresh();
      const x = sequences(D, D + 1);
      x[4 * S * D] = NaN; // in a kept row: it shows
      const y = m.f32(B * D, 4);
      m.kernels.max_pool_f32(y, m.f32(x, 4), put(m, wide), wide, S, D, 0, B);
      const expected = MASKS.flatMap((mask, b) => maxPool(rowsOf(x, b, D), mask, D));
      expectSame(m.readF32(y, B * D), expected);
      m.checkGuards();
    }
  });

  test('token_place and token_pool_f32', () => {
    for (const wide of [0, 1])
      for (const last of [0, 1]) {
        const m = fresh();
        const D = 5;
        const x = sequences(D, 3);
        const place = m.i32(Array(B).fill(99));
        m.kernels.token_place(place, put(m, wide), wide, last, S, 0, B);
        const places = MASKS.map((mask) => (last ? mask.lastIndexOf(1) : mask.indexOf(1)));
        expectSame(m.readI32(place, B), places);
        const y = m.f32(B * D, 4);
        m.kernels.token_pool_f32(y, m.f32(x), place, S, D, 1, B);
        const rows = places.flatMap((s, b) =>
          b === 0 ? Array(D).fill(NaN) : s < 0 ? Array(D).fill(0) : rowsOf(x, b, D)[s],
        );
        expectSame(m.readF32(y, B * D), rows);
        m.checkGuards();
      }
  });
});
