import { describe, expect, test } from '@jest/globals';
import { ulpError } from '../close.js';
import { everyVariant } from './harness.js';
import { expectSame } from './same.js';

everyVariant('rope_table_f32', (fresh) => {
  const positions = [0, 1, 2, 3, 17, 1000, 4095, 131071, 1048575, -5];
  const frequencies = Float32Array.from([1, 0.7498942, 0.1, 0.0316, 1e-3, 2e-6, Math.PI / 2]);
  const run = (scaling: number, begin = 0, end = positions.length) => {
    const m = fresh();
    const n = positions.length * frequencies.length;
    const [cos, sin] = [m.f32(n), m.f32(n)];
    m.kernels.rope_table_f32(
      cos,
      sin,
      m.f32(frequencies),
      m.i32(positions),
      frequencies.length,
      scaling,
      begin,
      end,
    );
    m.checkGuards();
    return { cos: m.readF32(cos, n), sin: m.readF32(sin, n) };
  };
  const angles = positions.flatMap((p) => Array.from(frequencies, (f) => Math.fround(p * f)));

  test('within 0.51 ulp of the cosine and sine of the f32 angle', () => {
    const { cos, sin } = run(1);
    angles.forEach((a, i) => {
      expect(ulpError(cos[i], Math.cos(a))).toBeLessThanOrEqual(0.51);
      expect(ulpError(sin[i], Math.sin(a))).toBeLessThanOrEqual(0.51);
      if (a !== 0) expect(ulpError(cos[i], Math.cos(a * (1 + 2 ** -20)) + 1e-6)).toBeGreaterThan(0.51);
    });
  });

  test('scaled, and only the positions asked for', () => {
    const { cos, sin } = run(1.25, 1, 3);
    const plain = run(1);
    const inside = (i: number) => i >= 7 && i < 21;
    expectSame(
      cos,
      plain.cos.map((v, i) => (inside(i) ? v * 1.25 : NaN)),
    );
    expectSame(
      sin,
      plain.sin.map((v, i) => (inside(i) ? v * 1.25 : NaN)),
    );
  });
});

everyVariant('sinusoid_f32', (fresh) => {
  describe.each([1, 2, 3, 4, 7, 8, 64])('D = %i', (D) => {
    const positions = [0, 1, 2, 50, 511, 5000];
    test('is the formula', () => {
      const m = fresh();
      const y = m.f32(positions.length * D);
      m.kernels.sinusoid_f32(y, m.i32(positions), D, 0, positions.length);
      const got = m.readF32(y, positions.length * D);
      positions.forEach((p, r) => {
        for (let j = 0; j < D; j++) {
          const angle = p / 10000 ** ((j - (j % 2)) / D);
          const truth = j % 2 ? Math.cos(angle) : Math.sin(angle);
          const g = got[r * D + j];
          if (Math.abs(g - truth) > 2 ** -30) expect(ulpError(g, truth)).toBeLessThanOrEqual(0.51);
          // the other function, and the next position, are outside the bound
          const wrong = j % 2 ? Math.sin(angle) : Math.cos(angle);
          if (p > 0) expect(ulpError(g, wrong)).toBeGreaterThan(0.51);
        }
      });
      m.checkGuards();
    });
  });

  test('writes the asked positions only', () => {
    const m = fresh();
    const y = m.f32(9);
    m.kernels.sinusoid_f32(y, m.i32([4, 0, 5]), 3, 1, 2);
    expectSame(m.readF32(y, 9), [NaN, NaN, NaN, 0, 1, 0, NaN, NaN, NaN]);
  });
});
