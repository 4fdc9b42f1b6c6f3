// Losses in every form: reductions, weights, smoothing, ignored targets, further dimensions.
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, DTypeError, ShapeError } from '../../src/errors.js';
import type { CrossEntropyOptions } from '../../src/ops/cross-entropy.js';
import * as F from '../../src/ops/index.js';
import type { Reduction } from '../../src/ops/loss-reduction.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import * as ref from '../reference/loss.js';
import { expectOp } from './op.js';

const REDUCTIONS: Reduction[] = ['none', 'sum', 'mean'];
const total = (x: ArrayLike<number>) => Array.from(x).reduce((a, b) => a + b, 0);

function reduced(losses: number[], reduction: Reduction, count = losses.length): number[] {
  if (reduction === 'none') return losses;
  return [total(losses) / (reduction === 'mean' ? count : 1)];
}

everyEngine('losses', (engine) => {
  describe('cross entropy', () => {
    interface Form {
      /** (N, C, ...) */
      shape: number[];
      weighted?: boolean;
      smoothing?: number;
      ignore?: number;
    }
    const FORMS: Form[] = [
      { shape: [4, 2] },
      { shape: [3, 17] },
      { shape: [5] },
      { shape: [4, 5], weighted: true },
      { shape: [4, 5], smoothing: 0.1 },
      { shape: [4, 5], smoothing: 1, weighted: true },
      { shape: [6, 5], ignore: 2 },
      { shape: [6, 5], ignore: 2, weighted: true, smoothing: 0.3 },
      { shape: [2, 5, 3] },
      { shape: [2, 5, 2, 2], ignore: 1, weighted: true },
    ];

    const problem = ({ shape, weighted = false, smoothing = 0, ignore }: Form, reduction: Reduction) => {
      const at = shape.length === 1 ? 0 : 1;
      const C = shape[at];
      const rest = shape.slice(at + 1).reduce((a, b) => a * b, 1);
      const M = (at ? shape[0] : 1) * rest;
      const random = new Random(C + M);
      const target = Int32Array.from({ length: M }, (_, i) => (i === 1 ? (ignore ?? 0) : random.int(C)));
      const weight = weighted ? random.uniform(C, 0.5, 2) : null;
      const s = Math.fround(smoothing);
      /** losses of rows by `loss`, and their weights */
      const rows = (x: Float64Array, loss: (row: number[], t: number) => number): number[] => {
        const losses = Array.from(target, (t, m) => {
          if (t === ignore) return 0;
          const from = Math.floor(m / rest) * C * rest + (m % rest);
          return loss(
            Array.from({ length: C }, (_, c) => x[from + c * rest]),
            t,
          );
        });
        return reduced(
          losses,
          reduction,
          total(Array.from(target, (t) => (t === ignore ? 0 : (weight?.[t] ?? 1)))),
        );
      };
      const options = (): CrossEntropyOptions => ({
        reduction,
        ...(ignore === undefined ? {} : { ignoreIndex: ignore }),
        ...(weight ? { weight: engine().tensor(weight) } : {}),
      });
      const targets = () =>
        engine().tensor(
          target,
          shape.filter((_, d) => d !== at),
        );
      return { rows, options, targets, w: weight && Array.from(weight), s };
    };

    describe.each(REDUCTIONS)('reduction %s', (reduction) => {
      test.each(FORMS)('%j', (form) => {
        const { rows, options, targets, w, s } = problem(form, reduction);
        expectOp({
          engine: engine(),
          operands: [{ shape: form.shape }],
          op: (x) => F.crossEntropy(x, targets(), { labelSmoothing: form.smoothing, ...options() }),
          reference: (x) => rows(x, (row, t) => ref.crossEntropy(row, t, w, s)),
          tolerance: { abs: 4e-6, rel: 1e-6 },
        });
      });

      test.each(FORMS.filter((f) => !f.smoothing))('nll %j', (form) => {
        const { rows, options, targets, w } = problem(form, reduction);
        expectOp({
          engine: engine(),
          operands: [{ shape: form.shape }],
          op: (x) => F.nllLoss(x, targets(), options()),
          reference: (x) => rows(x, (row, t) => -(w?.[t] ?? 1) * row[t]),
          tolerance: { abs: 2e-6, rel: 1e-6 },
        });
      });
    });

    test('of one class: nothing to lose, nothing to learn', () => {
      engine().scope(() => {
        const x = engine().tensor([-3, 50], [2, 1], { requiresGrad: true });
        const y = F.crossEntropy(x, engine().tensor(Int32Array.from([0, 0])), { reduction: 'none' });
        F.backward(F.sum(y));
        expect([y.tolist(), x.grad!.tolist()]).toEqual([
          [0, 0],
          [[0], [0]],
        ]);
      });
    });

    test('a mean over nothing is NaN, a sum is 0', () => {
      engine().scope(() => {
        const x = engine().tensor([1, 2, 3, 4], [2, 2]);
        const target = engine().tensor(Int32Array.from([-100, -100]));
        expect(F.crossEntropy(x, target).item()).toBeNaN();
        expect(F.crossEntropy(x, target, { reduction: 'sum' }).item()).toBe(0);
      });
    });

    test('mistakes', () => {
      engine().scope(() => {
        const x = engine().zeros([2, 3]);
        const ids = (...v: number[]) => engine().tensor(Int32Array.from(v));
        expect(() => F.crossEntropy(x, ids(0, 3))).toThrow(/0\.\.2 .* got 3 at position 1/);
        expect(() => F.crossEntropy(x, ids(-1, 0))).toThrow(ArgumentError);
        expect(() => F.crossEntropy(x, ids(0))).toThrow(ShapeError);
        expect(() => F.crossEntropy(x, engine().zeros([2]))).toThrow(DTypeError);
        expect(() => F.crossEntropy(x, ids(0, 0), { labelSmoothing: 2 })).toThrow(ArgumentError);
        expect(() => F.crossEntropy(x, ids(0, 0), { weight: engine().ones([2]) })).toThrow(ShapeError);
        expect(() => F.nllLoss(x, ids(0, 0), { reduction: 'all' as Reduction })).toThrow(ArgumentError);
      });
    });
  });

  describe.each(REDUCTIONS)('element by element, %s', (reduction) => {
    const SIZES = [1, 3, 4, 5, 17];
    const targets = (n: number) => new Random(n).uniform(n, 0, 1);

    test.each(SIZES)('mse of %i', (n) => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [n] }, { shape: [n], data: targets(n) }],
        op: (x, t) => F.mseLoss(x, t, { reduction }),
        reference: (x, t) =>
          reduced(
            Array.from(x, (v, i) => ref.mse(v, t[i])),
            reduction,
          ),
      });
    });

    test.each(SIZES)('bce with logits of %i', (n) => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [n] }, { shape: [n], data: targets(n) }],
        op: (x, t) => F.binaryCrossEntropyWithLogits(x, t, { reduction }),
        reference: (x, t) =>
          reduced(
            Array.from(x, (v, i) => ref.bceWithLogits(v, t[i])),
            reduction,
          ),
      });
    });

    test('bce with weight and posWeight, broadcast', () => {
      const [weight, posWeight] = [
        [0.5, 1, 2],
        [3, 1, 0.25],
      ];
      const softplus = (v: number) => Math.log1p(Math.exp(v));
      expectOp({
        engine: engine(),
        operands: [{ shape: [2, 3] }, { shape: [2, 3], data: targets(6) }],
        op: (x, t) =>
          F.binaryCrossEntropyWithLogits(x, t, {
            reduction,
            weight: engine().tensor(weight),
            posWeight: engine().tensor(posWeight),
          }),
        reference: (x, t) =>
          reduced(
            Array.from(
              x,
              (v, i) => weight[i % 3] * (posWeight[i % 3] * t[i] * softplus(-v) + (1 - t[i]) * softplus(v)),
            ),
            reduction,
          ),
      });
    });

    test('bce with weight alone', () => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [4] }, { shape: [4], data: targets(4) }],
        op: (x, t) =>
          F.binaryCrossEntropyWithLogits(x, t, { reduction, weight: engine().tensor([1, 2, 3, 4]) }),
        reference: (x, t) =>
          reduced(
            Array.from(x, (v, i) => (i + 1) * ref.bceWithLogits(v, t[i])),
            reduction,
          ),
      });
    });
  });

  test('losses are not broadcast', () => {
    engine().scope(() => {
      expect(() => F.mseLoss(engine().zeros([2, 1]), engine().zeros([2]))).toThrow(ShapeError);
      expect(() => F.binaryCrossEntropyWithLogits(engine().zeros([2]), engine().zeros([1]))).toThrow(
        ShapeError,
      );
    });
  });
});
