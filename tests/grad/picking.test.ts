// gather, scatter and indexSelect: results and gradients.
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, DTypeError, ShapeError } from '../../src/errors.js';
import * as F from '../../src/ops/index.js';
import { everyEngine } from '../engine.js';
import { gathered, offset, pick, scattered } from '../reference/places.js';
import { expectOp } from './op.js';

everyEngine('picking', (engine) => {
  const ids = (values: number[], shape: number[]) => engine().tensor(values, shape, { dtype: 'i32' });
  const SHAPE = [3, 4, 2];
  const INDEX = { shape: [2, 3, 2], values: [3, 0, 1, 1, 0, 3, 2, 2, 2, 2, 0, 1] };

  test('gather, with an index smaller than x in other dimensions', () => {
    const index = ids(INDEX.values, INDEX.shape);
    expectOp({
      engine: engine(),
      operands: [{ shape: SHAPE }],
      op: (x) => F.gather(x, 1, index),
      reference: (x) => gathered(x, SHAPE, 1, INDEX.values, INDEX.shape),
      tolerance: { abs: 1e-12 },
    });
    index.dispose();
  });

  test('gather of i32 from a strided view', () => {
    engine().scope(() => {
      const x = F.transpose(engine().tensor([1, 2, 3, 4, 5, 6], [2, 3], { dtype: 'i32' }), 0, 1);
      const y = F.gather(x, -1, ids([1, 0, 0], [3, 1]));
      expect([y.dtype, Array.from(y.toArray())]).toEqual(['i32', [4, 2, 3]]);
    });
  });

  test.each([0, 1, 2])('indexSelect along %i, an entry twice', (dim) => {
    const index = ids([1, 0, 1], [3]);
    const to = SHAPE.map((n, d) => (d === dim ? 3 : n));
    expectOp({
      engine: engine(),
      operands: [{ shape: SHAPE }],
      op: (x) => F.indexSelect(x, dim, index),
      reference: (x) => pick(x, SHAPE, to, (p) => p.map((i, d) => (d === dim ? [1, 0, 1][i] : i))),
      tolerance: { abs: 1e-12 },
    });
    index.dispose();
  });

  describe('scatter', () => {
    // No place twice in a column, where the gradient of taking a place is that of the last alone.
    const once = { shape: [2, 3, 2], values: [3, 0, 1, 1, 0, 3, 2, 3, 1, 2, 0, 1] };
    const joins = {
      set: (_: number, v: number) => v,
      sum: (a: number, v: number) => a + v,
      prod: (a: number, v: number) => a * v,
      amax: Math.max,
      amin: Math.min,
    };
    test.each(Object.keys(joins) as (keyof typeof joins)[])('%s', (kind) => {
      const { values, shape } = kind === 'set' ? once : INDEX;
      const index = ids(values, shape);
      const srcShape = [2, 4, 2];
      expectOp({
        engine: engine(),
        operands: [{ shape: SHAPE }, { shape: srcShape }],
        op: (x, src) => F.scatter(x, 1, index, src, kind === 'set' ? {} : { reduce: kind }),
        reference: (x, src) =>
          scattered(x, SHAPE, 1, values, shape, (p) => src[offset(p, srcShape)], joins[kind]),
      });
      index.dispose();
    });

    test('one number for all; x itself stays as it is', () => {
      engine().scope(() => {
        const x = engine().tensor([1, 2, 3, 4], [2, 2]);
        const y = F.scatter(x, 1, ids([1, 0], [2, 1]), 9);
        expect(Array.from(y.toArray())).toEqual([1, 9, 9, 4]);
        expect(Array.from(x.toArray())).toEqual([1, 2, 3, 4]);
      });
    });

    test('the gradient of an extreme is shared among equals', () => {
      engine().scope(() => {
        const x = engine().tensor([5, 1], [2], { requiresGrad: true });
        const src = engine().tensor([5, 5, 0], [3], { requiresGrad: true });
        const y = F.scatter(x, 0, ids([0, 0, 1], [3]), src, { reduce: 'amax' });
        F.backward(y, { gradient: engine().tensor([3, 1]) });
        expect([x.grad!.tolist(), src.grad!.tolist()]).toEqual([
          [1, 1],
          [1, 1, 0],
        ]);
      });
    });
  });

  test('wrong arguments', () => {
    engine().scope(() => {
      const x = engine().zeros([2, 3]);
      expect(() => F.gather(x, 1, ids([3], [1, 1]))).toThrow(ArgumentError);
      expect(() => F.gather(x, 1, ids([3], [1, 1]))).toThrow('index must be in 0..2, got 3 at position 0');
      expect(() => F.gather(x, 1, ids([0, 0, 0], [3, 1]))).toThrow(ShapeError);
      expect(() => F.gather(x, 1, engine().zeros([2, 1]))).toThrow(DTypeError);
      expect(() => F.scatter(x, 0, ids([-1], [1, 1]), 1)).toThrow(ArgumentError);
      expect(() => F.scatter(x, 0, ids([0, 0], [1, 2]), engine().zeros([1, 1]))).toThrow('[1, 1]');
      expect(() => F.indexSelect(x, 0, ids([0], [1, 1]))).toThrow(ShapeError);
    });
  });
});
