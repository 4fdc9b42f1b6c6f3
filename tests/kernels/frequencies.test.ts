import { describe, expect, test } from '@jest/globals';
import { expectCanFail, expectClose, ulpError } from '../close.js';
import { frequencies, llama3, yarn } from '../reference/rope.js';
import { everyVariant } from './harness.js';

// The steps are rounded to f32, the exponent first: an error of ln(base) 2^-25, some 4e-7.
const TOLERANCE = { rel: 1e-6 };

everyVariant('inverse frequencies', (fresh) => {
  /** default frequencies, then changed in place */
  const run = (
    half: number,
    base: number,
    change: (m: ReturnType<typeof fresh>, p: number) => void = () => {},
  ) => {
    const m = fresh();
    const p = m.f32(half);
    m.kernels.rope_inv_freq_f32(p, half, base);
    change(m, p);
    m.checkGuards();
    return m.readF32(p, half);
  };

  const grid = [1, 2, 3, 4, 16, 32, 33, 64].flatMap((half) =>
    [1e4, 5e5, 1e6, 12345.5].map((base) => [half, base]),
  );
  test.each(grid)('default, half = %i, base = %d', (half, base) => {
    const got = run(half, base);
    expectClose(got, frequencies(half, base), TOLERANCE);
    if (half > 1) expectCanFail(frequencies(half, base), TOLERANCE);
    got.forEach((g, i) => {
      const power = Math.fround(Math.fround(base) ** Math.fround(i / half));
      expect(ulpError(g, 1 / power)).toBeLessThanOrEqual(0.5);
    });
  });

  test('linear divides', () => {
    const half = 24;
    const plain = run(half, 1e4);
    const eighth = run(half, 1e4, (m, p) => m.kernels.rope_scale_linear_f32(p, half, 8));
    expect(Array.from(eighth)).toEqual(Array.from(plain, (f) => f / 8));
  });

  const shapes = [
    { half: 64, base: 5e5, factor: 8, low: 1, high: 4, original: 8192 },
    { half: 32, base: 5e5, factor: 32, low: 1, high: 4, original: 8192 },
    { half: 8, base: 1e4, factor: 2, low: 0.5, high: 3, original: 64 },
  ];
  test.each(shapes)('llama3 %j', ({ half, base, factor, low, high, original }) => {
    const got = run(half, base, (m, p) =>
      m.kernels.rope_scale_llama3_f32(p, half, factor, low, high, original),
    );
    const plain = frequencies(half, base);
    const expected = llama3(plain, { factor, low, high, original });
    expectClose(got, expected, TOLERANCE);
    // all three zones are there, and each is told from the others
    expect(expected.filter((f, i) => f === plain[i]).length).toBeGreaterThan(0);
    expect(expected.filter((f, i) => f === plain[i] / factor).length).toBeGreaterThan(0);
    expect(expected.filter((f, i) => f !== plain[i] && f !== plain[i] / factor).length).toBeGreaterThan(0);
    expect(() => expectClose(got, plain, TOLERANCE)).toThrow();
    expect(() =>
      expectClose(
        got,
        plain.map((f) => f / factor),
        TOLERANCE,
      ),
    ).toThrow();
  });

  const yarns = [
    { half: 64, base: 1e6, factor: 4, fast: 32, slow: 1, original: 32768, truncate: true },
    { half: 64, base: 1e6, factor: 4, fast: 32, slow: 1, original: 32768, truncate: false },
    { half: 32, base: 1e4, factor: 40, fast: 32, slow: 1, original: 4096, truncate: true },
    { half: 4, base: 1e4, factor: 2, fast: 1e9, slow: 1e9, original: 64, truncate: true }, // a step at pair 0
  ];
  test.each(yarns)('yarn %j', (y) => {
    const got = run(y.half, y.base, (m, p) =>
      m.kernels.rope_scale_yarn_f32(
        p,
        y.half,
        y.base,
        y.factor,
        y.fast,
        y.slow,
        y.original,
        Number(y.truncate),
      ),
    );
    const expected = yarn(frequencies(y.half, y.base), y);
    expectClose(got, expected, TOLERANCE);
    if (y.half > 4) {
      const other = yarn(frequencies(y.half, y.base), { ...y, truncate: !y.truncate });
      expect(() => expectClose(got, other, TOLERANCE)).toThrow();
    }
  });

  test('the base of dynamic scaling', () => {
    const { kernels } = fresh();
    const base = (length: number) => kernels.rope_dynamic_base(1e4, 32, 2, length, 2048);
    expect(base(100)).toBeCloseTo(1e4, 6);
    expect(base(2048)).toBeCloseTo(1e4, 6);
    expect(base(5000) / (1e4 * ((2 * 5000) / 2048 - 1) ** (64 / 62))).toBeCloseTo(1, 12);
  });

  describe('scaling of cos and sin', () => {
    test('yarn', () => {
      const { kernels } = fresh();
      expect(kernels.rope_yarn_scaling(1, 1)).toBe(1);
      expect(kernels.rope_yarn_scaling(40, 1)).toBeCloseTo(0.1 * Math.log(40) + 1, 12);
      expect(kernels.rope_yarn_scaling(40, 0.75)).toBeCloseTo(0.075 * Math.log(40) + 1, 12);
    });
  });
});
