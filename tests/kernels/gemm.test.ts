import { expect, test } from '@jest/globals';
import { expectCanFail, expectClose, sumTolerance, worst } from '../close.js';
import { type GemmCase, gemm, gemmRounded } from '../reference/gemm.js';
import { ACTIVATIONS, type Options, operands, run } from './gemm.run.js';
import { everyVariant } from './harness.js';

// Below, at, above and at multiples of the tile (2 rows; 16 columns, taken two panels at a time; 8 steps of k).
const MS = [0, 1, 2, 3, 5, 6, 7, 8, 12, 13];
const NS = [0, 1, 7, 15, 16, 17, 32, 47, 49, 64];
const KS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 31];
const GRID = MS.flatMap((M) => NS.flatMap((N) => KS.map((K) => [M, N, K] as const)));
const VARIATIONS: Options[] = [
  {},
  { transposedB: false },
  { transposedA: true },
  { bias: true },
  { bias: true, act: 1 },
  { residual: 'apart' },
  { bias: true, residual: 'alias' },
  { transposedA: true, bias: true, residual: 'alias', act: 1 },
];

everyVariant('gemm_f32', (fresh, variant) => {
  /** The default variant must have the bits of the specification; the relaxed one its error bound. */
  const check = (actual: Float32Array, g: GemmCase, what: string): void => {
    if (variant === 'simd') expectClose(actual, gemmRounded(g), {}, what);
    else expectClose(actual, gemm(g), sumTolerance(g.K + 2, 1, 1), what);
  };
  const { relu } = ACTIVATIONS;

  test.each(VARIATIONS)('boundary grid, %j', (o) => {
    for (const [M, N, K] of GRID) {
      const g = { ...operands(M, N, K, o), act: o.act === 1 ? relu : undefined };
      check(run(fresh(), g, o), g, `(${M}, ${N}, ${K})`);
    }
  });

  test.each([
    [37, 35, 1031],
    [9, 18, 2500],
    [300, 17, 257],
    [5, 130, 64],
    [1, 48, 4099],
    [17, 33, 16500], // more of A than one block of rows holds
  ])('large (%i, %i, %i)', (M, N, K) => {
    for (const o of [{}, { bias: true, residual: 'alias' } as const, { residual: 'apart' } as const]) {
      const g = operands(M, N, K, o);
      check(run(fresh(), g, o), g, `(${M}, ${N}, ${K})`);
    }
  });

  test('K = 0 gives act(bias) + residual', () => {
    const o = { bias: true, residual: 'apart', act: 1 } as const;
    const g = { ...operands(3, 19, 0, o), act: relu };
    expectClose(run(fresh(), g, o), gemmRounded(g), {});
  });

  test('NaN and infinity reach C, relu of NaN is NaN', () => {
    const g = operands(3, 17, 5);
    const a = Float32Array.from(g.a);
    a[0] = NaN;
    a[g.am] = Infinity;
    const spoilt = { ...g, a };
    const c = run(fresh(), spoilt, { act: 1 });
    expect(Array.from(c.subarray(0, 17)).every(Number.isNaN)).toBe(true);
    expectClose(c.subarray(17, 34), gemm(spoilt).subarray(17, 34).map(relu), {});
  });

  test.each(Object.keys(ACTIVATIONS).map((name, act) => [name, act] as const))(
    'activation %s',
    (name, act) => {
      // The slope of every activation is below 1.13; its own rounding is a few units of its last place.
      for (const [M, N, K] of [
        [1, 37, 21],
        [5, 32, 21],
        [4, 19, 8],
      ])
        for (const residual of ['none', 'apart', 'alias'] as const) {
          const o = { bias: true, residual, act };
          const g = { ...operands(M, N, K, o), act: ACTIVATIONS[name] };
          const { abs } = sumTolerance(K + 2, 1, 1.13);
          const actual = run(fresh(), g, o);
          expectClose(actual, gemm(g), { abs, rel: 2 ** -21 }, `(${M}, ${N}, ${K})`);
          for (const other of Object.values(ACTIVATIONS).filter((f) => f !== g.act))
            expect(worst(actual, gemm({ ...g, act: other }), { abs, rel: 2 ** -21 }).excess).toBeGreaterThan(
              1,
            );
        }
    },
  );

  test('the tolerance can fail', () => {
    const g = operands(13, 33, 31);
    const tolerance = sumTolerance(g.K + 2, 1, 1);
    const expected = gemm(g);
    expectCanFail(expected, tolerance);
    const transposed = gemm({
      ...g,
      bk: 31,
      bn: 1,
      b: g.b.length > 0 ? Float32Array.from(g.b, (x) => x || 0) : [],
    });
    expect(worst(transposed, expected, tolerance).excess).toBeGreaterThan(1);
    const shortK = gemm({ ...g, K: g.K - 1 });
    expect(worst(shortK, expected, tolerance).excess).toBeGreaterThan(1);
  });
});
