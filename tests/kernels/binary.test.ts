import { describe, expect, test } from '@jest/globals';
import { Binary } from '../../src/ops/kinds.js';
import { ulpError } from '../close.js';
import { Random } from '../random.js';
import { binary } from '../reference/elementwise.js';
import { through } from '../reference/strided.js';
import { layouts, operands, rowsOf } from './broadcast.js';
import { everyVariant } from './harness.js';
import { expectSame } from './same.js';

const kinds = Object.keys(Binary) as (keyof typeof Binary)[];

everyVariant('binary_f32', (fresh) => {
  describe.each(kinds)('%s', (kind) => {
    test('every layout', () => {
      layouts.forEach((l, seed) => {
        const m = fresh();
        const { a, b, wideA, wideB } = operands(l, seed);
        const y = m.f32(wideA.length);
        m.kernels.binary_f32(
          y,
          m.f32(a, 4),
          m.f32(b),
          Binary[kind],
          ...l.shape,
          ...l.a,
          ...l.b,
          0,
          rowsOf(l),
        );
        const expected = wideA.map((x, i) => Math.fround(binary[kind](x, wideB[i])));
        const got = m.readF32(y, expected.length);
        if (kind !== 'pow') expectSame(got, expected, l.name);
        else
          got.forEach((g, i) => {
            expect(ulpError(g, binary.pow(wideA[i], wideB[i]))).toBeLessThanOrEqual(0.5001);
          });
        m.checkGuards();
      });
    });

    test('special values', () => {
      const specials = [
        0,
        -0,
        1,
        -1,
        2,
        -2,
        3,
        0.5,
        -0.5,
        Infinity,
        -Infinity,
        NaN,
        3e38,
        -3e38,
        1e-45,
        7.25,
      ];
      const n = specials.length;
      const m = fresh();
      const p = m.f32(specials);
      const y = m.f32(n * n);
      m.kernels.binary_f32(y, p, p, Binary[kind], 1, 1, n, n, 0, 0, 1, 0, 0, 0, 0, 1, 0, n);
      const pairs = specials.flatMap((a) => specials.map((b) => [Math.fround(a), Math.fround(b)]));
      const expected = pairs.map(([a, b]) => Math.fround(binary[kind](a, b)));
      expectSame(m.readF32(y, n * n), expected, kind);
    });
  });

  test('pow is the nearest f32 over the whole range', () => {
    const m = fresh();
    const r = new Random(5);
    const n = 20000;
    const a = Float32Array.from({ length: n }, () => 2 ** (254 * r.next() - 127));
    // exponents that lead anywhere from underflow to overflow
    const b = a.map((x) => (300 * r.next() - 150) / Math.max(Math.abs(Math.log2(x)), 0.01));
    const y = m.f32(n);
    m.kernels.binary_f32(y, m.f32(a), m.f32(b), Binary.pow, 1, 1, 1, n, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1);
    const worst = Math.max(...m.readF32(y, n).map((g, i) => ulpError(g, a[i] ** b[i])));
    expect(worst).toBeLessThanOrEqual(0.5001);
    const inSingle = (x: number, e: number) => Math.fround(2 ** Math.fround(e * Math.fround(Math.log2(x))));
    expect(Math.max(...a.map((x, i) => ulpError(inSingle(x, b[i]), x ** b[i])))).toBeGreaterThan(10);
  });

  test('writes the asked rows only, and in place', () => {
    const m = fresh();
    const r = new Random(1);
    const a = r.uniform(5 * 7);
    const b = r.uniform(7);
    const y = m.f32(a);
    m.kernels.binary_f32(y, y, m.f32(b), Binary.add, 1, 1, 5, 7, 0, 0, 7, 1, 0, 0, 0, 1, 1, 4);
    const expected = a.map((x, i) => (i >= 7 && i < 28 ? x + b[i % 7] : x));
    expectSame(m.readF32(y, 35), expected);
    m.checkGuards();
  });

  test('the comparison is able to fail', () => {
    const l = layouts.find((x) => x.name === 'transposed')!;
    const { a, b, wideA, wideB } = operands(l, 3);
    const right = wideA.map((x, i) => Math.fround(x - wideB[i]));
    const transposed = through(a, l.shape, l.b).map((x, i) => Math.fround(x - wideB[i]));
    expect(() =>
      expectSame(
        right.map(() => 0),
        right,
      ),
    ).toThrow(/element/);
    expect(() => expectSame(transposed, right)).toThrow(/element/);
    expect(() => expectSame([...right.slice(0, -1), 0], right)).toThrow(/element/);
    expect(b.length).toBe(42);
  });
});
