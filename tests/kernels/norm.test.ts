import { describe, expect, test } from '@jest/globals';
import { Random } from '../random.js';
import * as reference from '../reference/norm.js';
import { type Allowed, expectRejects, expectWithin } from './bounds.js';
import { type Bench, everyVariant } from './harness.js';

const EPS = 2 ** -23;
const SIZES = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 384, 1000, 1021, 1024, 1025, 2053,
];
const ROWS = 3;
const eps = Math.fround(1e-5);

type Numbers = ArrayLike<number>;
interface Parameters {
  weight: Float32Array | null;
  bias: Float32Array | null;
}
interface Norm {
  name: string;
  /** the normalized row before weight and bias */
  core: (x: Numbers) => Float64Array;
  coreBackward: (g: Numbers, x: Numbers) => Float64Array;
  scale: (w: number) => number;
  hasBias: boolean;
  forward: (
    b: Bench,
    y: number,
    x: number,
    w: number,
    bias: number,
    N: number,
    begin: number,
    end: number,
  ) => void;
  backward: (
    b: Bench,
    dx: number,
    dw: number,
    db: number,
    dy: number,
    x: number,
    w: number,
    N: number,
    begin: number,
    end: number,
  ) => void;
}

const rmsNorm = (offset: number): Norm => ({
  name: `rms_norm_f32 with offset ${offset}`,
  core: (x) => reference.rmsNormalized(x, eps),
  coreBackward: (g, x) => reference.rmsBackward(g, x, eps),
  scale: (w) => offset + w,
  hasBias: false,
  forward: (b, y, x, w, _, N, begin, end) => b.kernels.rms_norm_f32(y, x, w, offset, N, eps, begin, end),
  backward: (b, dx, dw, _, dy, x, w, N, begin, end) =>
    b.kernels.rms_norm_f32_backward(dx, dw, dy, x, w, offset, N, eps, begin, end),
});

const NORMS: Norm[] = [
  {
    name: 'layer_norm_f32',
    core: (x) => reference.standardized(x, eps),
    coreBackward: (g, x) => reference.standardizedBackward(g, x, eps),
    scale: (w) => w,
    hasBias: true,
    forward: (b, y, x, w, bias, N, begin, end) =>
      b.kernels.layer_norm_f32(y, x, w, bias, 0, 0, N, eps, begin, end),
    backward: (b, dx, dw, db, dy, x, w, N, begin, end) =>
      b.kernels.layer_norm_f32_backward(dx, dw, db, dy, x, w, N, eps, begin, end),
  },
  rmsNorm(0),
  rmsNorm(1),
];

const rowsOf = (x: Float32Array, N: number): Float32Array[] =>
  Array.from({ length: x.length / N }, (_, m) => x.subarray(m * N, m * N + N));
const largest = (v: Numbers): number => Array.from(v).reduce((s, x) => Math.max(s, Math.abs(x)), 0);
const relativeTo = (v: Numbers, c: number): Allowed => {
  const bound = c * EPS * Math.max(largest(v), 1e-30);
  return () => bound;
};

function expectedOf(norm: Norm, x: Float32Array, N: number, { weight, bias }: Parameters): number[] {
  return rowsOf(x, N).flatMap((row) =>
    Array.from(norm.core(row), (v, j) => v * (weight ? norm.scale(weight[j]) : 1) + (bias ? bias[j] : 0)),
  );
}

function run(b: Bench, norm: Norm, x: Float32Array, N: number, { weight, bias }: Parameters): Float32Array {
  const y = b.f32(x.length);
  const [w, c] = [weight ? b.f32(weight, 4) : 0, bias ? b.f32(bias, 8) : 0];
  norm.forward(b, y, b.f32(x), w, c, N, 0, x.length / N);
  b.checkGuards();
  return b.readF32(y, x.length);
}

function parametersOf(norm: Norm, r: Random, N: number): Parameters[] {
  const weight = r.uniform(N, 0.5, 1.5);
  const bias = r.normal(N);
  return norm.hasBias
    ? [
        { weight, bias },
        { weight, bias: null },
        { weight: null, bias },
        { weight: null, bias: null },
      ]
    : [
        { weight, bias: null },
        { weight: null, bias: null },
      ];
}

everyVariant('norm over rows', (fresh) => {
  describe.each(NORMS)('$name', (norm) => {
    test.each([1, 1e-4, 1000])(
      'scale %d, sizes around the vectors and blocks, with and without parameters',
      (scale) => {
        const r = new Random(1);
        for (const N of SIZES) {
          const x = r.normal(ROWS * N, scale);
          for (const parameters of parametersOf(norm, r, N)) {
            const expected = expectedOf(norm, x, N, parameters);
            const what = `N = ${N}, weight ${!!parameters.weight}, bias ${!!parameters.bias}`;
            expectWithin(run(fresh(), norm, x, N, parameters), expected, relativeTo(expected, 8), what);
          }
        }
      },
    );

    test('rows far from zero, constant rows, long rows', () => {
      const r = new Random(2);
      const none = { weight: null, bias: null };
      for (const [N, offset, spread] of [
        [131, 100, 1],
        [384, 1e4, 1],
        [17, -3e5, 2],
        [37, 7.7, 0],
        [1, 1000, 0],
        [100003, 3, 1],
      ]) {
        const x = r.normal(N, spread).map((v) => v + offset);
        const expected = expectedOf(norm, x, N, none);
        // a constant row has an exact answer, 0; what the formula gives is a rounding of x times rstd
        const floor = spread === 0 ? Math.abs(offset) * EPS : 0;
        const bound = 8 * EPS * largest(expected) + floor;
        expectWithin(run(fresh(), norm, x, N, none), expected, () => bound, `N = ${N}, offset ${offset}`);
      }
    });

    test('the tolerance rejects zeros, the row before, a dropped tail and missing parameters', () => {
      const r = new Random(3);
      const N = 37;
      const x = r.normal(2 * N);
      const parameters = parametersOf(norm, r, N)[0];
      const expected = expectedOf(norm, x, N, parameters);
      expectRejects(
        {
          zeros: new Float64Array(2 * N),
          swapped: [...expected.slice(N), ...expected.slice(0, N)],
          dropped: [...expected.slice(0, 2 * N - 1), 0],
          'without parameters': expectedOf(norm, x, N, { weight: null, bias: null }),
        },
        expected,
        relativeTo(expected, 8),
      );
    });

    test('a range of rows, y aliasing x, and rows that do not depend on their neighbours', () => {
      const r = new Random(4);
      for (const N of [1, 5, 8, 19]) {
        const x = r.normal(6 * N);
        const parameters = parametersOf(norm, r, N)[0];
        const whole = run(fresh(), norm, x, N, parameters);
        const b = fresh();
        const p = b.f32(x, 12);
        const w = b.f32(parameters.weight as Float32Array);
        norm.forward(b, p, p, w, parameters.bias ? b.f32(parameters.bias) : 0, N, 2, 5);
        expect(b.readF32(p, 6 * N)).toEqual(x.map((v, i) => (i >= 2 * N && i < 5 * N ? whole[i] : v)));
        b.checkGuards();
        expect(run(fresh(), norm, x.slice(3 * N, 4 * N), N, parameters)).toEqual(whole.slice(3 * N, 4 * N));
      }
    });

    describe('gradients', () => {
      test('sizes around the vectors, accumulation, aliasing, a range of rows', () => {
        const r = new Random(5);
        for (const N of SIZES) {
          for (const { weight } of parametersOf(norm, r, N)) {
            const [x, dy] = [r.normal(ROWS * N, 2), r.normal(ROWS * N)];
            const [dw0, db0] = [r.normal(N), r.normal(N)];
            const rows = [1, 2]; // row 0 is left out
            const g = rowsOf(dy, N).map((row) =>
              row.map((v, j) => v * (weight ? Math.fround(norm.scale(weight[j])) : 1)),
            );
            const dx = rows.flatMap((i) => Array.from(norm.coreBackward(g[i], rowsOf(x, N)[i])));
            const h = rowsOf(x, N).map(norm.core);
            const dw = Array.from(dw0, (v, j) => rows.reduce((s, i) => s + h[i][j] * dy[i * N + j], v));
            const db = Array.from(db0, (v, j) => rows.reduce((s, i) => s + dy[i * N + j], v));

            const b = fresh();
            const [px, pdy, pw] = [b.f32(x), b.f32(dy, 4), weight ? b.f32(weight) : 0];
            const [pdx, pdw, pdb] = [b.f32(ROWS * N), b.f32(dw0), b.f32(db0)];
            norm.backward(b, pdx, pdw, pdb, pdy, px, pw, N, 1, 3);
            const got = b.readF32(pdx, ROWS * N);
            // one over the deviation magnifies the rounding of g
            const size = Math.max(
              ...rows.map((i) => largest(g[i]) * Math.max(reference.moments(rowsOf(x, N)[i], eps).rstd, 1)),
            );
            const bound = N === 1 && norm.hasBias ? 64 * EPS * size : 16 * EPS * Math.max(size, largest(dx));
            expectWithin(got.subarray(N), dx, () => bound, `dx, N = ${N}`);
            expect(got.subarray(0, N)).toEqual(new Float32Array(N).fill(Number.NaN));
            expectWithin(b.readF32(pdw, N), dw, relativeTo([...dw, 1], 16), `dweight, N = ${N}`);
            if (norm.hasBias)
              expectWithin(b.readF32(pdb, N), db, relativeTo([...db, 1], 8), `dbias, N = ${N}`);
            else expect(b.readF32(pdb, N)).toEqual(db0);
            if (N > 2)
              expectRejects({ zeros: new Float64Array(dx.length), dy: dy.subarray(N) }, dx, () => bound);

            norm.backward(b, pdy, 0, 0, pdy, px, pw, N, 1, 3);
            expect(b.readF32(pdy, ROWS * N).subarray(N)).toEqual(got.subarray(N));
            norm.backward(b, px, 0, 0, b.f32(dy), px, pw, N, 1, 3);
            expect(b.readF32(px, ROWS * N).subarray(N)).toEqual(got.subarray(N));
            b.checkGuards();
          }
        }
      });
    });
  });

  test('layer_norm_f32 gives mean and rstd', () => {
    const x = new Random(6).normal(4 * 21).map((v) => v + 5);
    const b = fresh();
    const [y, mean, rstd] = [b.f32(x.length), b.f32(4), b.f32(4)];
    b.kernels.layer_norm_f32(y, b.f32(x), 0, 0, mean, rstd, 21, eps, 0, 4);
    const expected = rowsOf(x, 21).map((row) => reference.moments(row, eps));
    const means = expected.map((m) => m.mean);
    const rstds = expected.map((m) => m.rstd);
    expectWithin(b.readF32(mean, 4), means, relativeTo(means, 2));
    expectWithin(b.readF32(rstd, 4), rstds, relativeTo(rstds, 4));
    expectRejects({ swapped: rstds, first: means.map(() => means[0]) }, means, relativeTo(means, 2));
    b.checkGuards();
  });

  test('no columns and no rows write nothing', () => {
    const b = fresh();
    const p = b.f32(0);
    for (const norm of NORMS) {
      norm.forward(b, p, p, p, norm.hasBias ? p : 0, 0, 0, 3);
      norm.forward(b, p, p, p, norm.hasBias ? p : 0, 5, 2, 2);
      norm.backward(b, p, p, p, p, p, p, 0, 0, 3);
    }
    b.kernels.l2_normalize_f32(p, p, 0, 1e-12, 0, 3);
    b.checkGuards();
  });
});

everyVariant('l2_normalize_f32', (fresh) => {
  test('values and gradients, lengths below eps, aliasing, a range of rows', () => {
    const r = new Random(7);
    const limit = Math.fround(0.01);
    for (const N of SIZES) {
      for (const scale of [1, 1e-5, 1e6]) {
        const [x, dy] = [r.normal(ROWS * N, scale), r.normal(ROWS * N)];
        const rows = rowsOf(x, N);
        const b = fresh();
        const [px, pdy, y, dx] = [b.f32(x, 4), b.f32(dy), b.f32(ROWS * N), b.f32(ROWS * N)];
        b.kernels.l2_normalize_f32(y, px, N, limit, 1, 3);
        const expected = rows.slice(1).flatMap((row) => Array.from(reference.l2Normalized(row, limit)));
        const got = b.readF32(y, ROWS * N);
        const allowed: Allowed = (e) => 4 * EPS * Math.abs(e) + 1e-37;
        expectWithin(got.subarray(N), expected, allowed, `N = ${N}`);
        expect(got.subarray(0, N)).toEqual(new Float32Array(N).fill(Number.NaN));
        const wrong = {
          zeros: new Float64Array(2 * N),
          dropped: [...expected.slice(0, -1), 0],
          x: x.subarray(N),
        };
        expectRejects(N === 1 && scale === 1 ? { zeros: wrong.zeros } : wrong, expected, allowed);

        b.kernels.l2_normalize_f32_backward(dx, pdy, px, N, limit, 0, 3);
        const gradient = rows.flatMap((row, i) =>
          Array.from(reference.l2NormalizeBackward(dy.subarray(i * N, i * N + N), row, limit)),
        );
        const slope = Math.max(...rows.map((row) => 1 / reference.length(row, limit)));
        const bound = 16 * EPS * slope * largest(dy);
        expectWithin(b.readF32(dx, ROWS * N), gradient, () => bound, `gradient, N = ${N}`);
        if (N > 2) expectRejects({ zeros: new Float64Array(ROWS * N) }, gradient, () => bound);

        const result = b.readF32(dx, ROWS * N);
        b.kernels.l2_normalize_f32_backward(pdy, pdy, px, N, limit, 0, 3);
        expect(b.readF32(pdy, ROWS * N)).toEqual(result);
        b.kernels.l2_normalize_f32(px, px, N, limit, 1, 3);
        expect(b.readF32(px, ROWS * N).subarray(N)).toEqual(got.subarray(N));
        b.checkGuards();
      }
    }
  });
});
