// Arithmetic of two operands, with broadcasting in every direction, and choice by a condition.
import { describe, expect, test } from '@jest/globals';
import * as F from '../../src/ops/index.js';
import type { Shape } from '../../src/tensor/shape.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { places } from '../reference/places.js';
import { expectOp } from './op.js';

const numel = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

/** f element by element, operands repeated to `to` as PyTorch broadcasts. */
function broadcast(
  f: (...values: number[]) => number,
  shapes: readonly Shape[],
  to: Shape,
): (...operands: Float64Array[]) => Float64Array {
  const index = shapes.map((shape) =>
    places(to).map((place) => {
      const mine = place.slice(place.length - shape.length);
      return shape.reduce((at, n, d) => at * n + (n === 1 ? 0 : mine[d]), 0);
    }),
  );
  return (...operands) =>
    Float64Array.from({ length: numel(to) }, (_, i) => f(...operands.map((x, k) => x[index[k][i]])));
}

const SHAPES: [a: number[], b: number[], y: number[]][] = [
  [[1], [1], [1]],
  [[3], [3], [3]],
  [[17], [17], [17]],
  [[2, 5], [5], [2, 5]],
  [[5], [2, 5], [2, 5]],
  [
    [3, 1],
    [1, 4],
    [3, 4],
  ],
  [[2, 3, 4], [], [2, 3, 4]],
  [
    [2, 1, 5],
    [4, 1],
    [2, 4, 5],
  ],
  [
    [2, 1, 3, 1, 2],
    [2, 1, 3, 1],
    [2, 2, 3, 3, 2],
  ],
];

const apart = (n: number, seed: number) => new Random(seed).uniform(n, 0.5, 2);

everyEngine('arithmetic', (engine) => {
  describe.each<[string, typeof F.add, (a: number, b: number) => number]>([
    ['add', F.add, (a, b) => a + b],
    ['sub', F.sub, (a, b) => a - b],
    ['mul', F.mul, (a, b) => a * b],
    ['div', F.div, (a, b) => a / b],
    ['pow', F.pow, (a, b) => a ** b],
    ['maximum', F.maximum, Math.max],
    ['minimum', F.minimum, Math.min],
  ])('%s', (_, op, f) => {
    test.each(SHAPES)('%j with %j', (a, b, y) => {
      expectOp({
        engine: engine(),
        operands: [
          { shape: a, data: apart(numel(a), 1) },
          { shape: b, data: apart(numel(b), 2) },
        ],
        op,
        reference: broadcast(f, [a, b], y),
      });
    });

    test('of itself, and of a view of itself', () => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [3, 3], data: apart(9, 3) }],
        op: (x) => op(x, F.transpose(x, 0, 1)),
        reference: (x) => x.map((v, i) => f(v, x[(i % 3) * 3 + Math.floor(i / 3)])),
      });
    });
  });

  test.each<[string, typeof F.remainder, (a: number, b: number) => number]>([
    ['remainder', F.remainder, (a, b) => a - b * Math.floor(a / b)],
    ['fmod', F.fmod, (a, b) => a % b],
  ])('%s by a number', (_, op, f) => {
    expectOp({
      engine: engine(),
      operands: [{ shape: [2, 5], data: [-2.6, -1.3, -0.4, 0.3, 0.7, 1.1, 1.9, 2.2, 3.3, 4.4] }],
      op: (x) => op(x, 0.75),
      reference: (x) => x.map((v) => f(v, 0.75)),
    });
  });

  test('equal maxima share the gradient', () => {
    engine().scope(() => {
      const x = engine().tensor([1, 2, 3], [3], { requiresGrad: true });
      const y = engine().tensor([1, 5, 0], [3], { requiresGrad: true });
      F.backward(F.sum(F.maximum(x, y)));
      expect([x.grad!.tolist(), y.grad!.tolist()]).toEqual([
        [0.5, 0, 1],
        [0.5, 1, 0],
      ]);
    });
  });

  test('where and maskedFill, all three broadcast', () => {
    const flags = [1, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 0];
    const mask = () => engine().tensor(Uint8Array.from(flags), [3, 4], { dtype: 'bool' });
    expectOp({
      engine: engine(),
      operands: [{ shape: [3, 1] }, { shape: [2, 1, 4] }],
      op: (a, b) => F.where(mask(), a, b),
      reference: (a, b) => places([2, 3, 4]).map(([i, j, k]) => (flags[4 * j + k] ? a[j] : b[4 * i + k])),
    });
    expectOp({
      engine: engine(),
      operands: [{ shape: [2, 3, 4] }],
      op: (x) => F.maskedFill(x, mask(), 7),
      reference: (x) => x.map((v, i) => (flags[i % 12] ? 7 : v)),
    });
  });
});
