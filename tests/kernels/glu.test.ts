import { describe, expect, test } from '@jest/globals';
import { Random } from '../random.js';
import { ACTIVATIONS } from '../reference/activation.js';
import { type Allowed, expectRejects, expectWithin } from './bounds.js';
import { everyVariant } from './harness.js';

const EPS = 2 ** -23;
const SIZES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 257];
/** In the order of their codes. */
const KINDS = ['NONE', 'RELU', 'GELU', 'GELU_TANH', 'QUICK_GELU', 'SILU', 'TANH', 'SIGMOID'];
const M = 4;
const [BEGIN, END] = [1, 3];

/** Rows BEGIN..END of a matrix with a row stride, side by side. */
const rows = (block: ArrayLike<number>, N: number, stride: number): number[] =>
  Array.from({ length: (END - BEGIN) * N }, (_, i) => block[(BEGIN + Math.floor(i / N)) * stride + (i % N)]);

/** `block` with these rows replaced: what a kernel that writes nothing else leaves behind. */
function replaced(block: Float32Array, values: ArrayLike<number>, N: number, stride: number): Float32Array {
  const out = block.slice();
  for (let i = 0; i < (END - BEGIN) * N; i++) out[(BEGIN + Math.floor(i / N)) * stride + (i % N)] = values[i];
  return out;
}

// inputs stay within 3 standard deviations, where the activations lose little more than their 4 ulp
const within =
  (c: number, size: ArrayLike<number>): Allowed =>
  (_, i) =>
    c * EPS * Math.abs(size[i]) + 1e-36;

everyVariant('glu_f32', (fresh) => {
  describe.each(KINDS)('%s', (name) => {
    const kind = KINDS.indexOf(name);
    const { value, slope } = ACTIVATIONS[name];

    test('values and gradients of the halves of one matrix, a range of rows, sizes around the vectors', () => {
      const r = new Random(kind);
      for (const N of SIZES) {
        const [xs, ys, ds] = [2 * N + 3, N + 1, N + 2];
        const [x, dy] = [r.normal(M * xs), r.normal(M * ds)];
        const before = r.normal(M * Math.max(xs, ys));
        const gate = rows(x, N, xs);
        const up = rows(x.subarray(N), N, xs);
        const d = rows(dy, N, ds);
        const b = fresh();
        const [px, py, pdy, pdx] = [b.f32(x, 4), b.f32(before.subarray(0, M * ys)), b.f32(dy), b.f32(before)];

        b.kernels.glu_f32(py, px, px + 4 * N, kind, N, ys, xs, xs, BEGIN, END);
        const y = b.readF32(py, M * ys);
        const expected = gate.map((g, i) => value(g, 0, 0) * up[i]);
        expectWithin(rows(y, N, ys), expected, within(16, expected), `N = ${N}`);
        expect(y).toEqual(replaced(before.slice(0, M * ys), rows(y, N, ys), N, ys));

        b.kernels.glu_f32_backward(
          pdx,
          pdx + 4 * N,
          pdy,
          px,
          px + 4 * N,
          kind,
          N,
          xs,
          xs,
          ds,
          xs,
          xs,
          BEGIN,
          END,
        );
        const dx = b.readF32(pdx, M * xs);
        const [dgate, dup] = [rows(dx, N, xs), rows(dx.subarray(N), N, xs)];
        const expectedGate = gate.map((g, i) => d[i] * up[i] * slope(g, 0, 0));
        const expectedUp = gate.map((g, i) => d[i] * value(g, 0, 0));
        // a slope is a difference of terms of about 1
        expectWithin(
          dgate,
          expectedGate,
          within(
            16,
            d.map((v, i) => v * up[i]),
          ),
          `dgate, N = ${N}`,
        );
        expectWithin(dup, expectedUp, within(16, expectedUp), `dup, N = ${N}`);
        const outside = replaced(before.slice(0, M * xs), dgate, N, xs);
        outside.set(replaced(outside.slice(N), dup, N, xs), N);
        expect(dx).toEqual(outside);

        if (N > 8) {
          const zeros = new Float64Array(expected.length);
          const swapped = up.map((u, i) => value(u, 0, 0) * gate[i]);
          const dropped = [...expected.slice(0, -2), 0, 0];
          expectRejects(name === 'NONE' ? { zeros } : { zeros, swapped }, expected, within(16, expected));
          if (name !== 'RELU') expectRejects({ dropped }, expected, within(16, expected));
          expectRejects(
            { zeros, up: expectedUp },
            expectedGate,
            within(
              16,
              d.map((v, i) => v * up[i]),
            ),
          );
        }

        // in place: y over gate, then over up; the gradients over gate and up
        for (const target of [0, 4 * N]) {
          const p = b.f32(x);
          b.kernels.glu_f32(p + target, p, p + 4 * N, kind, N, xs, xs, xs, BEGIN, END);
          expect(rows(b.readF32(p + target, M * xs - target / 4), N, xs)).toEqual(rows(y, N, ys));
        }
        b.kernels.glu_f32_backward(
          px,
          px + 4 * N,
          pdy,
          px,
          px + 4 * N,
          kind,
          N,
          xs,
          xs,
          ds,
          xs,
          xs,
          BEGIN,
          END,
        );
        expect(rows(b.readF32(px, M * xs), 2 * N, xs)).toEqual(rows(dx, 2 * N, xs));
        b.checkGuards();
      }
    });
  });
});
