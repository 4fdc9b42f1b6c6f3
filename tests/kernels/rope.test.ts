import { describe, expect, test } from '@jest/globals';
import { expectClose, sumTolerance, ulpError, worst } from '../close.js';
import { Random } from '../random.js';
import { rotate } from '../reference/rope.js';
import { dense, extent } from '../reference/strided.js';
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

everyVariant('rope_f32', (fresh, variant) => {
  const HALVES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 32];
  interface Case {
    half: number;
    rest: number;
    interleaved: boolean;
    shared: boolean;
  }
  const cases = HALVES.flatMap((half) =>
    [0, 1, 5].flatMap((rest): Case[] => [
      { half, rest, interleaved: false, shared: true },
      { half, rest, interleaved: true, shared: false },
    ]),
  ).filter((c) => c.half + c.rest > 0);
  const [B, L, H] = [2, 3, 2];

  /** Runs a case; `pad` spreads x, `place` says whether y is x. */
  function run(c: Case, kernel: 'rope_f32' | 'rope_f32_backward', inPlace: boolean, x: Float32Array) {
    const D = 2 * c.half + c.rest;
    const r = new Random(c.half);
    const angle = r.uniform((c.shared ? L : B * L) * c.half, -3, 3);
    const [cos, sin] = [angle.map(Math.cos), angle.map(Math.sin)];
    const xs = [L * H * D + 11, H * D + 3, D + 1, 1];
    const ys = inPlace ? xs : dense([B, L, H, D], 2);
    const spread = new Float32Array(extent([B, L, H, D], xs));
    const at = (s: number[], b: number, l: number, h: number) => b * s[0] + l * s[1] + h * s[2];
    const heads: [number, number, number][] = [];
    for (let b = 0; b < B; b++) for (let l = 0; l < L; l++) for (let h = 0; h < H; h++) heads.push([b, l, h]);
    heads.forEach((p, k) => void spread.set(x.subarray(k * D, k * D + D), at(xs, ...p)));
    const m = fresh();
    const px = m.f32(spread);
    const py = inPlace ? px : m.f32(extent([B, L, H, D], ys), 4);
    const tb = c.shared ? 0 : L * c.half;
    const [pc, ps] = [m.f32(cos), m.f32(sin)];
    for (const [begin, end] of [
      [0, 2],
      [2, B * L],
    ])
      m.kernels[kernel](
        py,
        px,
        pc,
        ps,
        Number(c.interleaved),
        L,
        H,
        D,
        c.half,
        ys[0],
        ys[1],
        ys[2],
        xs[0],
        xs[1],
        xs[2],
        tb,
        c.half,
        begin,
        end,
      );
    m.checkGuards();
    const y = m.readF32(py, extent([B, L, H, D], ys));
    const turn = kernel === 'rope_f32' ? 1 : -1;
    const expected: number[] = [];
    const got: number[] = [];
    heads.forEach(([b, l, h], k) => {
      const t = (c.shared ? l : b * L + l) * c.half;
      const s = sin.subarray(t, t + c.half).map((v) => v * turn);
      const head = x.subarray(k * D, k * D + D);
      const round = variant === 'simd' ? Math.fround : undefined;
      expected.push(...rotate(head, cos.subarray(t, t + c.half), s, c.interleaved, round));
      got.push(...y.subarray(at(ys, b, l, h), at(ys, b, l, h) + D));
    });
    return { got, expected, D };
  }

  const check = (got: number[], expected: number[]) => {
    if (variant === 'simd') expectSame(got, expected);
    else expectClose(got, expected, sumTolerance(2, 1));
  };

  test.each(cases)('%j', (c) => {
    const x = new Random(3).uniform(B * L * H * (2 * c.half + c.rest));
    for (const kernel of ['rope_f32', 'rope_f32_backward'] as const)
      for (const inPlace of [false, true]) {
        const { got, expected } = run(c, kernel, inPlace, x);
        check(got, expected);
      }
  });

  test('the backward turns back, and the two pairings are told apart', () => {
    const c = { half: 9, rest: 2, interleaved: false, shared: false };
    const x = new Random(3).uniform(B * L * H * 20);
    const there = run(c, 'rope_f32', false, x);
    const back = run(c, 'rope_f32_backward', false, Float32Array.from(there.got));
    expectClose(back.got, x, sumTolerance(4, 1));
    const other = run({ ...c, interleaved: true }, 'rope_f32', false, x);
    expect(worst(there.got, other.expected, sumTolerance(2, 1)).excess).toBeGreaterThan(100);
    expect(worst(there.got, back.expected, sumTolerance(2, 1)).excess).toBeGreaterThan(100);
    expect(worst(there.got, x, sumTolerance(2, 1)).excess).toBeGreaterThan(100);
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
