import { describe, expect, test } from '@jest/globals';
import { Random } from '../random.js';
import * as reference from '../reference/softmax.js';
import { type Allowed, expectRejects, expectWithin } from './bounds.js';
import { type Bench, everyVariant } from './harness.js';

const EPS = 2 ** -23;
const SIZES = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 1000, 1021, 1024, 1025, 2053,
];
const ROWS = 3;

type Kernel = 'softmax_f32' | 'log_softmax_f32';
interface Kind {
  kernel: Kernel;
  truth: (x: ArrayLike<number>) => Float64Array;
  allowed: Allowed;
}
const KINDS: Kind[] = [
  {
    kernel: 'softmax_f32',
    truth: reference.softmax,
    allowed: (b) => (b === 0 ? 1e-37 : (4 + Math.abs(Math.log(b))) * EPS * b + 1e-37),
  },
  { kernel: 'log_softmax_f32', truth: reference.logSoftmax, allowed: (b) => 8 * EPS * (1 + Math.abs(b)) },
];

/** Rows of the matrix, N wide, in a block with a stride of its own. */
const rowsOf = (x: Float32Array, N: number): Float32Array[] =>
  Array.from({ length: x.length / N }, (_, m) => x.subarray(m * N, m * N + N));

function strided(rows: ArrayLike<number>[], stride: number): Float32Array {
  const block = new Float32Array(rows.length * stride).fill(7);
  rows.forEach((row, m) => {
    block.set(row, m * stride);
  });
  return block;
}

/** Runs the kernel on dense rows. */
function run(b: Bench, kernel: Kernel, rows: ArrayLike<number>[]): Float32Array {
  const N = rows[0].length;
  const x = b.f32(strided(rows, N));
  const y = b.f32(rows.length * N);
  b.kernels[kernel](y, x, N, N, N, 0, rows.length);
  b.checkGuards();
  return b.readF32(y, rows.length * N);
}

/** Kinds of input that make softmax hard. */
const INPUTS: Record<string, (r: Random, n: number) => Float32Array> = {
  normal: (r, n) => r.normal(n),
  wide: (r, n) => r.normal(n, 30),
  huge: (r, n) => r.normal(n, 1e4),
  tiny: (r, n) => r.normal(n, 1e-40),
  'with -inf': (r, n) => r.normal(n, 3).map((v) => (r.next() < 0.4 ? -Infinity : v)),
  offset: (r, n) => r.normal(n).map((v) => v + 1000),
};

everyVariant('softmax over rows', (fresh) => {
  describe.each(KINDS)('$kernel', ({ kernel, truth, allowed }) => {
    test.each(Object.keys(INPUTS))('%s inputs, sizes around the vectors and blocks', (name) => {
      const r = new Random(1);
      for (const N of SIZES) {
        const b = fresh();
        const rows = rowsOf(INPUTS[name](r, ROWS * N), N);
        const y = run(b, kernel, rows);
        expectWithin(
          y,
          rows.flatMap((row) => Array.from(truth(row))),
          allowed,
          `N = ${N}`,
        );
      }
    });

    test('long rows stay within the bound', () => {
      const r = new Random(2);
      for (const N of [10007, 100003]) {
        const x = r.normal(N);
        expectWithin(run(fresh(), kernel, [x]), truth(x), allowed, `N = ${N}`);
      }
    });

    test('the tolerance rejects zeros, another row, a dropped tail and a shifted row', () => {
      const [a, b] = rowsOf(new Random(3).normal(2 * 37), 37);
      const expected = truth(a);
      expectRejects(
        {
          zeros: new Float64Array(37),
          'another row': truth(b),
          'a dropped tail': [...truth(a.subarray(0, 36)), kernel === 'softmax_f32' ? 0 : -Infinity],
          'a shifted row': [...expected.subarray(1), expected[0]],
        },
        expected,
        allowed,
      );
    });

    test('strides, a range of rows, and y aliasing x', () => {
      const r = new Random(4);
      for (const N of [1, 5, 8, 19]) {
        const rows = rowsOf(r.normal(6 * N), N);
        const dense = run(fresh(), kernel, rows);
        const b = fresh();
        const x = b.f32(strided(rows, N + 3), 4);
        const y = b.f32(new Float32Array(6 * (N + 5)).fill(7));
        b.kernels[kernel](y, x, N, N + 5, N + 3, 1, 5);
        const expected = strided(
          rows.map((_, m) => (m >= 1 && m < 5 ? dense.subarray(m * N, m * N + N) : [])),
          N + 5,
        );
        expect(b.readF32(y, expected.length)).toEqual(expected);
        b.kernels[kernel](x, x, N, N + 3, N + 3, 0, 6);
        expect(b.readF32(x, 6 * (N + 3))).toEqual(strided(rowsOf(dense, N), N + 3));
        b.checkGuards();
      }
    });

    test('trailing -inf changes no bit', () => {
      const r = new Random(5);
      for (const N of [1, 3, 7, 12, 100, 1021]) {
        const x = r.normal(N, 4);
        const alone = run(fresh(), kernel, [x]);
        for (const pad of [1, 2, 5, 16, 27, 1024]) {
          const padded = new Float32Array(N + pad).fill(-Infinity);
          padded.set(x);
          const y = run(fresh(), kernel, [padded]);
          expect(y.subarray(0, N)).toEqual(alone);
          expect(new Set(y.subarray(N))).toEqual(new Set([kernel === 'softmax_f32' ? 0 : -Infinity]));
        }
      }
    });

    test('rows of -inf, of NaN and of +inf; no columns', () => {
      const masked = kernel === 'softmax_f32' ? 0 : -Infinity;
      for (const N of [1, 4, 7, 21]) {
        expect(run(fresh(), kernel, [new Float32Array(N).fill(-Infinity)])).toEqual(
          new Float32Array(N).fill(masked),
        );
        for (const bad of [Number.NaN, Infinity])
          for (const at of [0, N - 1]) {
            const x = new Float32Array(N);
            x[at] = bad;
            expect(run(fresh(), kernel, [x])[at]).toBeNaN();
          }
        expect(run(fresh(), kernel, [new Float32Array(N).fill(Number.NaN)])).toEqual(
          new Float32Array(N).fill(Number.NaN),
        );
      }
      const b = fresh();
      b.kernels[kernel](b.f32(0), b.f32(0), 0, 0, 0, 0, 3);
      b.checkGuards();
    });
  });

  describe.each([
    ['softmax_f32_backward', reference.softmax, reference.softmaxBackward],
    ['log_softmax_f32_backward', reference.logSoftmax, reference.logSoftmaxBackward],
  ] as const)('%s', (kernel, forward, backward) => {
    const allowedFor = (dy: Float32Array, y: Float32Array): Allowed => {
      const size = dy.reduce((s, v) => s + Math.abs(v), 0);
      const soft = kernel === 'softmax_f32_backward';
      // the sum over dy carries its own rounding, which every element then shares
      return (_, i) => {
        const p = soft ? y[i] : Math.exp(y[i]);
        return 4 * EPS * (p * size + Math.abs(dy[i]) * (soft ? p : 1)) + 1e-37;
      };
    };

    test('sizes around the vectors and blocks, aliasing either input', () => {
      const r = new Random(6);
      for (const N of SIZES) {
        const y = Float32Array.from(forward(r.normal(N, 2)));
        const dy = r.normal(N);
        const b = fresh();
        const [py, pdy] = [b.f32(y), b.f32(dy, 4)];
        const dx = b.f32(N);
        b.kernels[kernel](dx, pdy, py, N, N, N, N, 0, 1);
        const got = b.readF32(dx, N);
        expectWithin(got, backward(dy, y), allowedFor(dy, y), `N = ${N}`);
        const copy = b.f32(y);
        b.kernels[kernel](copy, pdy, copy, N, N, N, N, 0, 1);
        expect(b.readF32(copy, N)).toEqual(got);
        b.kernels[kernel](pdy, pdy, py, N, N, N, N, 0, 1);
        expect(b.readF32(pdy, N)).toEqual(got);
        b.checkGuards();
      }
    });

    test('the tolerance rejects zeros, the gradient without its sum, and a dropped tail', () => {
      const r = new Random(7);
      const y = Float32Array.from(forward(r.normal(37)));
      const dy = r.normal(37);
      const expected = backward(dy, y);
      const wrong = {
        zeros: new Float64Array(37),
        dy,
        tail: [...backward(dy.subarray(0, 36), y.subarray(0, 36)), 0],
      };
      expectRejects(wrong, expected, allowedFor(dy, y));
    });

    test('strides and a range of rows', () => {
      const r = new Random(8);
      const N = 11;
      const b = fresh();
      const y = rowsOf(r.normal(4 * N), N).map((row) => Float32Array.from(forward(row)));
      const dy = rowsOf(r.normal(4 * N), N);
      const dx = b.f32(new Float32Array(4 * 17).fill(7));
      b.kernels[kernel](dx, b.f32(strided(dy, 13)), b.f32(strided(y, 12)), N, 17, 13, 12, 1, 3);
      const got = rowsOf(b.readF32(dx, 4 * 17), 17);
      for (const m of [1, 2])
        expectWithin(got[m].subarray(0, N), backward(dy[m], y[m]), allowedFor(dy[m], y[m]));
      for (const m of [0, 3]) expect(got[m]).toEqual(new Float32Array(17).fill(7));
      expect(got[1].subarray(N)).toEqual(new Float32Array(6).fill(7));
      b.checkGuards();
    });
  });
});
