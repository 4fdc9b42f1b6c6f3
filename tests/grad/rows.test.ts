// Softmax and the norms: rows below, at and above the vectors and accumulators of their loops.
import { describe, expect, test } from '@jest/globals';
import * as F from '../../src/ops/index.js';
import { everyEngine } from '../engine.js';
import { l2Normalized, rmsNormalized, standardized } from '../reference/norm.js';
import { logSoftmax, softmax } from '../reference/softmax.js';
import { expectOp } from './op.js';

const LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33];
const EPS = 1e-5;

/** f of each row of n */
function byRow(f: (row: Float64Array) => ArrayLike<number>, n: number): (x: Float64Array) => number[] {
  return (x) =>
    Array.from({ length: x.length / n }, (_, r) => Array.from(f(x.subarray(r * n, (r + 1) * n)))).flat();
}

/** (2, 3, 4) with its middle dimension at the end: f of each of the eight rows, and back. */
function alongMiddle(f: (row: Float64Array) => ArrayLike<number>): (x: Float64Array) => Float64Array {
  return (x) => {
    const y = new Float64Array(24);
    for (let i = 0; i < 2; i++)
      for (let k = 0; k < 4; k++) {
        const at = (j: number) => 12 * i + 4 * j + k;
        const row = f(Float64Array.from([0, 1, 2], (j) => x[at(j)]));
        for (let j = 0; j < 3; j++) y[at(j)] = row[j];
      }
    return y;
  };
}

everyEngine('rows', (engine) => {
  const rows = [
    ['softmax', F.softmax, softmax],
    ['logSoftmax', F.logSoftmax, logSoftmax],
  ] as const;

  describe.each(rows)('%s', (_, op, reference) => {
    test.each(LENGTHS.filter((n) => n > 1))('of %i', (n) => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [3, n] }],
        op: (x) => op(x),
        reference: byRow(reference, n),
      });
    });

    test('of one: a constant, without a slope', () => {
      engine().scope(() => {
        const x = engine().tensor([-3, 0, 50], [3, 1], { requiresGrad: true });
        const y = op(x);
        expect([...y.toArray()]).toEqual([0, 0, 0].map(() => reference([7])[0]));
        F.backward(F.sum(y));
        expect(x.grad!.tolist()).toEqual([[0], [0], [0]]);
      });
    });

    test('along a middle dimension', () => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [2, 3, 4] }],
        op: (x) => op(x, 1),
        reference: alongMiddle(reference),
      });
    });
  });

  test('softmax with -inf: what is hidden gets nothing', () => {
    expectOp({
      engine: engine(),
      operands: [{ shape: [2, 4] }],
      op: (x) => {
        const hidden = engine().tensor(Uint8Array.from([0, 1, 0, 0, 1, 0, 0, 1]), [2, 4], { dtype: 'bool' });
        return F.softmax(F.maskedFill(x, hidden, Number.NEGATIVE_INFINITY));
      },
      reference: (x) => {
        const hide = x.map((v, i) => ([1, 4, 7].includes(i) ? -Infinity : v));
        return [...softmax(hide.subarray(0, 4)), ...softmax(hide.subarray(4))];
      },
    });
  });

  test.each([1, 2])('layerNorm of %i moves with its bias and its weight, hardly with x', (n) => {
    engine().scope(() => {
      const x = engine().tensor([-3, 0.5, 2, 4], [4 / n, n], { requiresGrad: true });
      const [w, b] = [engine().ones([n]), engine().zeros([n])];
      for (const t of [w, b]) t.requiresGrad = true;
      F.backward(F.layerNorm(x, [n], w, b), { gradient: engine().tensor([1, 2, 3, 4], [4 / n, n]) });
      for (const g of x.grad!.toArray()) expect(Math.abs(g)).toBeLessThan(1e-4);
      expect(b.grad!.tolist()).toEqual(n === 1 ? [10] : [4, 6]);
      const [first] = w.grad!.toArray();
      expect(first).toBeCloseTo(n === 1 ? 0 : -4, 4);
    });
  });

  describe.each(LENGTHS.filter((n) => n > 2))('norms of %i', (n) => {
    const tolerance = { abs: 4e-6, rel: 1e-6 };
    const slopes = { abs: 4e-5, rel: 2e-5 };

    test('layerNorm', () => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [3, n] }, { shape: [n] }, { shape: [n] }],
        op: (x, w, b) => F.layerNorm(x, [n], w, b),
        reference: (x, w, b) =>
          byRow((row) => standardized(row, EPS), n)(x).map((v, i) => v * w[i % n] + b[i % n]),
        tolerance,
        slopes,
      });
    });

    test('rmsNorm', () => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [3, n] }, { shape: [n] }],
        op: (x, w) => F.rmsNorm(x, [n], w, { eps: EPS, offset: 1 }),
        reference: (x, w) => byRow((row) => rmsNormalized(row, EPS), n)(x).map((v, i) => v * (1 + w[i % n])),
        tolerance,
        slopes,
      });
    });

    test('normalize', () => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [3, n] }],
        op: (x) => F.normalize(x),
        reference: byRow((row) => l2Normalized(row, 1e-12), n),
        tolerance,
        slopes,
      });
    });
  });

  test('layerNorm over two dimensions, without weight, without bias', () => {
    const reference = byRow((row) => standardized(row, EPS), 6);
    expectOp({
      engine: engine(),
      operands: [{ shape: [2, 2, 3] }],
      op: (x) => F.layerNorm(x, [2, 3]),
      reference,
    });
    expectOp({
      engine: engine(),
      operands: [{ shape: [2, 2, 3] }, { shape: [2, 3] }],
      op: (x, w) => F.layerNorm(x, [2, 3], w),
      reference: (x, w) => reference(x).map((v, i) => v * w[i % 6]),
    });
  });

  test.each([1, 2, 4])('groupNorm in %i groups', (groups) => {
    const [B, C, S] = [2, 4, 5];
    expectOp({
      engine: engine(),
      operands: [{ shape: [B, C, S] }, { shape: [C] }, { shape: [C] }],
      op: (x, w, b) => F.groupNorm(x, groups, w, b),
      reference: (x, w, b) =>
        byRow(
          (row) => standardized(row, EPS),
          (C / groups) * S,
        )(x).map((v, i) => {
          const c = Math.floor(i / S) % C;
          return v * w[c] + b[c];
        }),
      slopes: { abs: 2e-5, rel: 1e-5 },
    });
  });
});
