// The notes' scoring functions, soft attention in its two steps, and the ways to train through hard attention.
import { describe, expect, test } from '@jest/globals';
import * as F from '../../src/ops/index.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { softmax } from '../reference/softmax.js';
import { expectOp } from './op.js';

/** s[b, m, n] from x_n (D) and q_m (Dq) of each sequence */
function scores(
  [B, N, M, D, Dq]: readonly number[],
  f: (x: Float64Array, q: Float64Array) => number,
): (X: Float64Array, Q: Float64Array) => number[] {
  return (X, Q) =>
    Array.from({ length: B * M * N }, (_, i) => {
      const [b, m, n] = [Math.floor(i / (M * N)), Math.floor(i / N) % M, i % N];
      const x = X.subarray((b * N + n) * D, (b * N + n + 1) * D);
      return f(x, Q.subarray((b * M + m) * Dq, (b * M + m + 1) * Dq));
    });
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((s, v, i) => s + v * b[i], 0);
const times = (W: Float64Array, x: Float64Array): Float64Array =>
  Float64Array.from({ length: W.length / x.length }, (_, r) =>
    dot(W.subarray(r * x.length, (r + 1) * x.length), x),
  );

everyEngine('scores', (engine) => {
  const slopes = { abs: 4e-5, rel: 1e-5 };
  const tolerance = { abs: 1e-5 };
  const grid = [
    [1, 1, 1, 1, 1],
    [2, 5, 3, 4, 4],
    [1, 17, 2, 5, 5],
  ];

  describe.each(grid)('B %i, N %i, M %i, D %i', (...dims) => {
    const [B, N, M, D] = dims;
    const operands = [{ shape: [B, N, D] }, { shape: [B, M, D] }];

    test('dot and scaled dot', () => {
      expectOp({
        engine: engine(),
        operands,
        op: F.dotScore,
        reference: scores(dims, dot),
        tolerance,
        slopes,
      });
      const scaled = scores(dims, (x, q) => dot(x, q) / Math.sqrt(D));
      expectOp({ engine: engine(), operands, op: F.scaledDotScore, reference: scaled, tolerance, slopes });
    });

    test('bilinear', () => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [B, N, D] }, { shape: [B, M, 3] }, { shape: [D, 3] }],
        op: F.bilinearScore,
        reference: (X, Q, W) => scores([B, N, M, D, 3], (x, q) => dot(x, times(W, q)))(X, Q),
        tolerance,
        slopes,
      });
    });

    test.each([1, 3, 8, 17])('additive of %i units', (A) => {
      expectOp({
        engine: engine(),
        operands: [
          { shape: [B, N, D] },
          { shape: [B, M, 3] },
          { shape: [A, D] },
          { shape: [A, 3] },
          { shape: [A] },
        ],
        op: (X, q, W, U, v) => F.additiveScore(X, q, { W, U, v }),
        reference: (X, Q, W, U, v) =>
          scores([B, N, M, D, 3], (x, q) => {
            const uq = times(U, q);
            return dot(
              v,
              times(W, x).map((wx, a) => Math.tanh(wx + uq[a])),
            );
          })(X, Q),
        tolerance,
        slopes,
      });
    });
  });

  test('one query for all sequences', () => {
    const [B, N, D, A] = [2, 3, 4, 5];
    expectOp({
      engine: engine(),
      operands: [{ shape: [B, N, D] }, { shape: [D] }, { shape: [A, D] }, { shape: [A, D] }, { shape: [A] }],
      op: (X, q, W, U, v) => F.additiveScore(X, q, { W, U, v }),
      reference: (X, q, W, U, v) =>
        Array.from({ length: B * N }, (_, i) => {
          const [wx, uq] = [times(W, X.subarray(i * D, (i + 1) * D)), times(U, q)];
          return dot(
            v,
            wx.map((x, a) => Math.tanh(x + uq[a])),
          );
        }),
      tolerance,
      slopes,
    });
  });

  test('soft attention: distribution and weighted mean', () => {
    const [N, D] = [5, 3];
    expectOp({
      engine: engine(),
      operands: [{ shape: [2, N] }, { shape: [2, N, D] }],
      op: (s, V) => F.attend(F.attentionDistribution(s), V),
      reference: (s, V) =>
        [0, 1].flatMap((b) => {
          const alpha = softmax(s.subarray(b * N, (b + 1) * N));
          return [0, 1, 2].map((d) => alpha.reduce((sum, a, n) => sum + a * V[(b * N + n) * D + d], 0));
        }),
    });
  });

  test('REINFORCE: the gradient is that of the log-probability, weighted by the advantage', () => {
    const index = [2, 0];
    const reward = [1.5, -0.5];
    expectOp({
      engine: engine(),
      operands: [{ shape: [2, 3] }],
      op: (s) => F.reinforce(s, engine().tensor(Int32Array.from(index)), engine().tensor(reward), 0.25),
      reference: (s) => [
        -index.reduce(
          (sum, n, b) => sum + ((reward[b] - 0.25) * Math.log(softmax(s.subarray(3 * b, 3 * b + 3))[n])) / 2,
          0,
        ),
      ],
    });
  });

  test('Gumbel-softmax: soft is differentiable, hard passes the gradient of soft straight through', () => {
    engine().scope(() => {
      const s = engine().tensor([0.5, -1, 0.25, 1, 0, -0.5], [2, 3], { requiresGrad: true });
      const draw = (hard: boolean) => (x: Tensor) => F.gumbelSoftmax(x, new Generator(4), { tau: 0.7, hard });
      expect(F.gradcheck(draw(false), [s])).toBe(true);
      const gradient = engine().tensor([1, 2, 3, 4, 5, 6], [2, 3]);
      const slope = (hard: boolean): number[] => {
        s.zeroGrad();
        F.backward(draw(hard)(s), { gradient });
        return [...s.grad!.toArray()];
      };
      expect(slope(true)).toEqual(slope(false));
      expect(new Set(draw(true)(s).toArray())).toEqual(new Set([0, 1]));
    });
  });
});
