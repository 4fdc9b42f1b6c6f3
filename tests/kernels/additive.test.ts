// additive_score_f32 and its backward against the formula in doubles.
import { expect, test } from '@jest/globals';
import { expectCanFail, expectClose } from '../close.js';
import { Random } from '../random.js';
import { everyVariant } from './harness.js';

const EPS = 2 ** -23;
const SIZES = [1, 3, 4, 5, 8, 17];

interface Numbers {
  x: Float32Array;
  q: Float32Array;
  v: Float32Array;
  ds: Float32Array;
}

function reference(M: number, N: number, A: number, { x, q, v, ds }: Numbers) {
  const s = new Float64Array(M * N);
  const dx = new Float64Array(N * A);
  const dq = new Float64Array(M * A);
  const dv = new Float64Array(A);
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++)
      for (let a = 0; a < A; a++) {
        const t = Math.tanh(x[n * A + a] + q[m * A + a]);
        const g = ds[m * N + n];
        s[m * N + n] += v[a] * t;
        dv[a] += g * t;
        dx[n * A + a] += g * v[a] * (1 - t * t);
        dq[m * A + a] += g * v[a] * (1 - t * t);
      }
  return { s, dx, dq, dv };
}

everyVariant('additive_score_f32', (fresh) => {
  const cases = SIZES.flatMap((A) => [
    [1, 1, A],
    [3, 5, A],
    [2, 9, A],
  ]);

  test.each(cases)('M = %i, N = %i, A = %i', (M, N, A) => {
    const b = fresh();
    const r = new Random(M * 100 + N * 10 + A);
    const given: Numbers = { x: r.normal(N * A), q: r.normal(M * A), v: r.normal(A), ds: r.normal(M * N) };
    const want = reference(M, N, A, given);
    const [x, q, v, ds] = [given.x, given.q, given.v, given.ds].map((t) => b.f32(t, 4));
    const s = b.f32(M * N);
    b.kernels.additive_score_f32(s, x, q, v, N, A, 0, M);
    const abs = (A + 2) * EPS * 3;
    expectClose(b.readF32(s, M * N), want.s, { abs }, 's');
    expectCanFail(want.s, { abs });

    // Gradients are added to what is there.
    const [dx, dq, dv] = [N * A, M * A, A].map((n) => b.f32(new Float32Array(n).fill(1)));
    b.kernels.additive_score_f32_backward(dx, dq, dv, ds, x, q, v, M, N, A, 0, A);
    const bound = { abs: (M * N + 4) * EPS * 8 };
    for (const [p, w, what] of [
      [dx, want.dx, 'dx'],
      [dq, want.dq, 'dq'],
      [dv, want.dv, 'dv'],
    ] as const)
      expectClose(
        b.readF32(p, w.length).map((g) => g),
        w.map((g) => g + 1),
        bound,
        what,
      );
    b.checkGuards();
  });

  test('a split of the range gives the same bits', () => {
    const [M, N, A] = [4, 6, 11];
    const run = (cuts: number[][], columns: number[][]): Float32Array[] => {
      const b = fresh();
      const r = new Random(1);
      const [x, q, v, ds] = [N * A, M * A, A, M * N].map((n) => b.f32(r.normal(n)));
      const s = b.f32(M * N);
      for (const [from, to] of cuts) b.kernels.additive_score_f32(s, x, q, v, N, A, from, to);
      const grads = [N * A, M * A, A].map((n) => b.f32(new Float32Array(n)));
      for (const [from, to] of columns)
        b.kernels.additive_score_f32_backward(grads[0], grads[1], grads[2], ds, x, q, v, M, N, A, from, to);
      return [b.readF32(s, M * N), ...grads.map((g, i) => b.readF32(g, [N * A, M * A, A][i]))];
    };
    expect(
      run(
        [
          [0, 1],
          [1, 4],
        ],
        [
          [0, 4],
          [4, 8],
          [8, A],
        ],
      ),
    ).toEqual(run([[0, M]], [[0, A]]));
  });
});
