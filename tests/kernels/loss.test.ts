import { describe, expect, test } from '@jest/globals';
import { expectCanFail, expectClose, type Tolerance, worst } from '../close.js';
import { Random } from '../random.js';
import * as ref from '../reference/loss.js';
import { everyVariant } from './harness.js';
import { expectSame } from './same.js';

const EPS = 2 ** -23;

everyVariant('cross_entropy_f32', (fresh) => {
  const CLASSES = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 65];
  const M = 6;
  const IGNORE = -100;
  const settings = [0, 0.1, 1].flatMap((smoothing) =>
    [false, true].map((weighted) => ({ smoothing, weighted })),
  );

  function run(V: number, smoothing: number, weighted: boolean, scale: number, offset = 0) {
    const r = new Random(V + 100 * scale);
    const x = r.uniform(M * V, -scale, scale).map((v) => v + offset);
    const target = Array.from({ length: M }, (_, i) => (i === 2 ? IGNORE : r.int(V)));
    const weight = weighted ? r.uniform(V, 0.2, 2) : null;
    const dloss = r.uniform(M, 0.5, 1.5);
    const m = fresh();
    const [loss, norm, stats, dx] = [m.f32(M, 4), m.f32(M), m.f32(2 * M), m.f32(M * V, 4)];
    const [px, pt, pw, pd] = [m.f32(x, 8), m.i32(target), weight ? m.f32(weight) : 0, m.f32(dloss)];
    for (const [begin, end] of [
      [0, 3],
      [3, M],
    ]) {
      m.kernels.cross_entropy_f32(loss, norm, stats, px, pt, pw, V, IGNORE, smoothing, begin, end);
      m.kernels.cross_entropy_f32_backward(dx, pd, 1, stats, px, pt, pw, V, IGNORE, smoothing, begin, end);
    }
    m.checkGuards();
    const rows = target.map((t, i) => ({ t, x: Array.from(x.subarray(i * V, i * V + V)) }));
    const w = weight && Array.from(weight);
    const s = Math.fround(smoothing);
    return {
      loss: m.readF32(loss, M),
      norm: m.readF32(norm, M),
      dx: m.readF32(dx, M * V),
      expected: rows.map(({ t, x: row }) => (t === IGNORE ? 0 : ref.crossEntropy(row, t, w, s))),
      norms: rows.map(({ t }) => (t === IGNORE ? 0 : (w?.[t] ?? 1))),
      gradient: rows.flatMap(({ t, x: row }, i) =>
        t === IGNORE ? row.map(() => 0) : ref.crossEntropyGradient(row, t, w, s).map((g) => g * dloss[i]),
      ),
    };
  }

  describe.each(settings)('%j', ({ smoothing, weighted }) => {
    test.each(CLASSES)('%i classes', (V) => {
      for (const scale of [1, 10, 40]) {
        const got = run(V, smoothing, weighted, scale);
        const tolerance: Tolerance = { rel: (2 + 2 * scale) * EPS, abs: 2 ** -140 };
        expectClose(got.loss, got.expected, tolerance, 'loss');
        expectSame(got.norm, got.norms.map(Math.fround));
        const slope: Tolerance = { abs: (4 + scale) * EPS * 3 };
        expectClose(got.dx, got.gradient, slope, 'gradient');
        if (V > 1) {
          expectCanFail(got.expected, tolerance);
          expect(
            worst(
              got.dx.map(() => 0),
              got.gradient,
              slope,
            ).excess,
          ).toBeGreaterThan(1);
        }
      }
    });
  });

  test('smoothing and weights are told from their absence', () => {
    const plain = run(9, 0, false, 2).loss;
    const bound: Tolerance = { rel: 6 * EPS };
    expect(worst(plain, run(9, 0.1, false, 2).expected, bound).excess).toBeGreaterThan(1000);
    expect(worst(plain, run(9, 0, true, 2).expected, bound).excess).toBeGreaterThan(1000);
  });

  test('logits far from zero lose nothing', () => {
    const got = run(9, 0.1, false, 2, 4096);
    expectClose(got.loss, got.expected, { rel: 6 * EPS });
    expectClose(got.dx, got.gradient, { abs: 18 * EPS });
  });

  test('a loss near zero keeps its digits', () => {
    const m = fresh();
    const [loss, norm, stats] = [m.f32(1), m.f32(1), m.f32(2)];
    m.kernels.cross_entropy_f32(loss, norm, stats, m.f32([12, 0]), m.i32([0]), 0, 2, -1, 0, 0, 1);
    expectClose(m.readF32(loss, 1), [Math.log1p(Math.exp(-12))], { rel: 14 * EPS });
  });

  test('one gradient for all rows, in place', () => {
    const m = fresh();
    const [loss, norm, stats] = [m.f32(2), m.f32(2), m.f32(4)];
    const x = m.f32([1, 2, 3, 0, 0, 0]);
    const t = m.i32([0, 2]);
    m.kernels.cross_entropy_f32(loss, norm, stats, x, t, 0, 3, -100, 0, 0, 2);
    m.kernels.cross_entropy_f32_backward(x, m.f32([0.5]), 0, stats, x, t, 0, 3, -100, 0, 0, 2);
    const expected = [...ref.crossEntropyGradient([1, 2, 3], 0, null, 0), 1 / 3, 1 / 3, -2 / 3].map(
      (g) => g / 2,
    );
    expectClose(m.readF32(x, 6), expected, { abs: 2 * EPS });
  });

  test('targets_in_range', () => {
    const m = fresh();
    const find = (t: number[]) => m.kernels.targets_in_range(m.i32(t), t.length, 4, -100);
    expect(find([0, 3, -100, 1])).toBe(-1);
    expect(find([0, 4, -100])).toBe(1);
    expect(find([-100, 0, -1])).toBe(2);
    expect(find([])).toBe(-1);
  });
});

everyVariant('losses by element', (fresh) => {
  const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 17];
  const losses = [
    { name: 'mse_f32', f: ref.mse, g: ref.mseGradient, tolerance: { rel: 4 * EPS } },
    {
      name: 'bce_with_logits_f32',
      f: ref.bceWithLogits,
      g: ref.bceWithLogitsGradient,
      tolerance: { rel: 4 * EPS, abs: 8 * EPS },
    },
  ] as const;
  describe.each(losses)('$name', ({ name, f, g, tolerance }) => {
    test.each(LENGTHS)('%i elements, inner range', (n) => {
      for (const step of [0, 1]) {
        const r = new Random(n);
        const x = r.uniform(n + 2, -6, 6);
        const t = r.uniform(n + 2, 0, 1);
        const dy = r.uniform(step ? n + 2 : 1, 0.5, 2);
        const m = fresh();
        const [px, pt] = [m.f32(x, 4), m.f32(t)];
        const [loss, dx] = [m.f32(n + 2, 4), m.f32(n + 2)];
        m.kernels[name](loss, px, pt, 1, n + 1);
        m.kernels[`${name}_backward`](dx, m.f32(dy), step, px, pt, 1, n + 1);
        const inside = <T>(values: ArrayLike<T>) => Array.from(values).slice(1, n + 1);
        const expected = inside(Float64Array.from(x, (v, i) => f(v, t[i])));
        expectClose(inside(m.readF32(loss, n + 2)), expected, tolerance);
        const slopes = inside(Float64Array.from(x, (v, i) => g(v, t[i]) * dy[step ? i : 0]));
        expectClose(inside(m.readF32(dx, n + 2)), slopes, { rel: 4 * EPS, abs: 4 * EPS });
        if (n > 0) {
          expectCanFail(expected, tolerance);
          expectCanFail(slopes, { rel: 4 * EPS, abs: 4 * EPS });
        }
        for (const p of [loss, dx]) expect(m.readF32(p, n + 2).filter(Number.isNaN)).toHaveLength(2);
        m.checkGuards();
      }
    });
  });

  test('binary cross entropy of extreme logits', () => {
    const m = fresh();
    const x = [1000, -1000, 1000, -1000, 90, -90, 0];
    const t = [1, 0, 0, 1, 1, 0, 0.5];
    const y = m.f32(x.length);
    m.kernels.bce_with_logits_f32(y, m.f32(x), m.f32(t), 0, x.length);
    expectClose(m.readF32(y, 7), [0, 0, 1000, 1000, 0, 0, Math.log(2)], { rel: EPS, abs: 2 ** -120 });
  });
});
