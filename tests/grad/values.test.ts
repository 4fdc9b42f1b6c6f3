// clamp, prelu, cumsum, batchNorm, where of integers, isnan, isinf, arange.
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, DTypeError, ShapeError } from '../../src/errors.js';
import * as F from '../../src/ops/index.js';
import { everyEngine } from '../engine.js';
import { places } from '../reference/places.js';
import { expectOp } from './op.js';

const SHAPE = [2, 3, 4];
const channel = places(SHAPE).map(([, c]) => c);

everyEngine('values', (engine) => {
  describe('clamp', () => {
    test.each([{ min: -0.5, max: 0.75 }, { min: 0.25 }, { max: -0.25 }, { min: 0.5, max: -0.5 }])(
      '%j',
      (bounds) => {
        expectOp({
          engine: engine(),
          operands: [{ shape: SHAPE }],
          op: (x) => F.clamp(x, bounds),
          reference: (x) =>
            x.map((v) => Math.min(Math.max(v, bounds.min ?? -Infinity), bounds.max ?? Infinity)),
        });
      },
    );

    test('NaN stays, and the gradient flows at the bounds themselves', () => {
      engine().scope(() => {
        const x = engine().tensor([NaN, -1, 1, 1.5], [4], { requiresGrad: true });
        const y = F.clamp(x, { min: -1, max: 1 });
        expect(y.tolist()).toEqual([NaN, -1, 1, 1]);
        F.backward(y, { gradient: engine().ones([4]) });
        expect(x.grad!.tolist()).toEqual([0, 1, 1, 0]);
      });
    });
  });

  describe('prelu', () => {
    test.each<[string, number[], (i: number) => number]>([
      ['one slope', [1], () => 0],
      ['one for each channel', [3], (i) => channel[i]],
      ['one for each element', SHAPE, (i) => i],
    ])('%s', (_, shape, of) => {
      expectOp({
        engine: engine(),
        operands: [{ shape: SHAPE }, { shape }],
        op: F.prelu,
        reference: (x, w) => x.map((v, i) => (v > 0 ? v : w[of(i)] * v)),
      });
    });

    test('slopes that fit no channels', () => {
      engine().scope(() => {
        expect(() => F.prelu(engine().zeros([2, 3]), engine().zeros([2]))).toThrow(ShapeError);
      });
    });
  });

  describe('cumsum', () => {
    test.each([
      [0, {}],
      [1, { exclusive: true }],
      [-1, { reverse: true }],
      [1, { exclusive: true, reverse: true }],
    ])('along %i %j', (dim, options: F.CumsumOptions) => {
      const d = (dim + 3) % 3;
      const all = places(SHAPE);
      const counts = all.map((p) => (q: readonly number[]) => {
        const sameLine = p.every((i, k) => k === d || i === q[k]);
        const [i, j] = [p[d], q[d]];
        return sameLine && (i === j ? !options.exclusive : options.reverse ? j > i : j < i);
      });
      expectOp({
        engine: engine(),
        operands: [{ shape: SHAPE }],
        op: (x) => F.cumsum(x, dim, options),
        reference: (x) => counts.map((c) => all.reduce((s, q, k) => (c(q) ? s + x[k] : s), 0)),
      });
    });

    test('a scalar, and integers', () => {
      engine().scope(() => {
        expect(F.cumsum(engine().tensor(3), 0).item()).toBe(3);
        expect(() => F.cumsum(engine().tensor([1], [1], { dtype: 'i32' }), 0)).toThrow(DTypeError);
      });
    });
  });

  test('batchNorm with and without weight and bias', () => {
    const variance = { shape: [3], data: [0.5, 1, 2] };
    const formula = (x: Float64Array, m: Float64Array, v: Float64Array, w?: Float64Array, b?: Float64Array) =>
      x.map((e, i) => {
        const c = channel[i];
        return ((e - m[c]) / Math.sqrt(v[c] + 0.1)) * (w ? w[c] : 1) + (b ? b[c] : 0);
      });
    const eps = { eps: 0.1 };
    expectOp({
      engine: engine(),
      operands: [{ shape: SHAPE }, { shape: [3] }, variance],
      op: (x, m, v) => F.batchNorm(x, m, v, null, null, eps),
      reference: formula,
    });
    expectOp({
      engine: engine(),
      operands: [{ shape: SHAPE }, { shape: [3] }, variance, { shape: [3] }, { shape: [3] }],
      op: (x, m, v, w, b) => F.batchNorm(x, m, v, w, b, eps),
      reference: formula,
    });
    engine().scope(() => {
      const [x, c] = [engine().zeros([2, 3]), engine().zeros([2])];
      expect(() => F.batchNorm(x, c, c)).toThrow('runningMean must have shape [3], got [2]');
    });
  });

  test('where of integers, and of mixed dtypes', () => {
    engine().scope(() => {
      const [yes, a] = [engine().tensor([true, false]), engine().tensor(Int32Array.of(2 ** 30 + 1, 5))];
      expect(F.where(yes, a, -1).toArray()).toEqual(Int32Array.of(2 ** 30 + 1, -1));
      expect(() => F.where(yes, a, engine().zeros([2]))).toThrow(DTypeError);
    });
  });

  test('isnan and isinf', () => {
    engine().scope(() => {
      const x = engine().tensor([NaN, Infinity, -Infinity, 3e38]);
      expect(F.isnan(x).tolist()).toEqual([1, 0, 0, 0]);
      expect(F.isinf(x).tolist()).toEqual([0, 1, 1, 0]);
    });
  });

  test('arange', () => {
    engine().scope(() => {
      expect(engine().arange(3).tolist()).toEqual([0, 1, 2]);
      expect(engine().arange(1, 2, { step: 0.3 }).toArray()).toEqual(
        Float32Array.of(1, 1.3, 1.6, 1 + 3 * 0.3),
      );
      expect(engine().arange(5, 0, { step: -2, dtype: 'i32' }).toArray()).toEqual(Int32Array.of(5, 3, 1));
      expect(engine().arange(2, 1).shape).toEqual([0]);
      expect(() => engine().arange(0, 1, { step: 0 })).toThrow(ArgumentError);
      expect(() => engine().arange(0, Infinity)).toThrow(ArgumentError);
      expect(() => engine().arange(3, undefined, { dtype: 'f16' })).toThrow('f16');
    });
  });
});
