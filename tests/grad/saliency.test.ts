// Bottom-up attention: results and gradients against doubles, in one dimension and two; what it does to what stands out.
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import * as F from '../../src/ops/index.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { divisive, gated, inhibited } from '../reference/saliency.js';
import { expectOp } from './op.js';

// Sizes below, at and above a vector of four lanes and the neighbourhood itself.
const MAPS: [number[], number][] = [
  [[1, 1, 1], 3],
  [[2, 3, 4], 5],
  [[1, 2, 17], 7],
  [[2, 1, 3, 5], 3],
  [[1, 3, 4, 4], 5],
];

everyEngine('saliency', (engine) => {
  const weights = (dims: number, K: number): number[] => [...new Random(3).uniform(K ** dims, 0.02, 0.3)];

  describe('divisive normalisation', () => {
    for (const [shape, K] of MAPS)
      test.each([1, 2] as const)(`${shape.join(' x ')}, K = ${K}, exponent %i`, (exponent) => {
        const dims = shape.length - 2;
        // Away from 0, where max(0, x) has a corner.
        const x = new Random(5).normal(shape.reduce((a, b) => a * b)).map((v) => v + Math.sign(v) * 0.05);
        expectOp({
          engine: engine(),
          operands: [
            { shape, data: x },
            { shape: new Array(dims).fill(K), data: weights(dims, K) },
            { shape: [], data: [0.7] },
            { shape: [], data: [1.3] },
          ],
          op: (t, w, sigma, gamma) => F.divisiveNormalization(t, w, { sigma, gamma, exponent }),
          reference: (t, w, sigma, gamma) =>
            divisive(t, shape, w, K, { sigma: sigma[0], gamma: gamma[0], exponent }),
        });
      });

    test('a common factor goes where activity is far above sigma', () => {
      engine().scope(() => {
        const x = engine().tensor([[[10, 20, 80, 20, 10, 30, 10]]]);
        const w = F.surround(x, 1, 2);
        const [once, tenfold] = [x, F.mul(x, 10)].map((t) => F.divisiveNormalization(t, w, { sigma: 0.1 }));
        once.toArray().forEach((v, i) => {
          expect(tenfold.toArray()[i]).toBeCloseTo(v, 3);
        });
      });
    });

    test('a peak is worth less beside another', () => {
      engine().scope(() => {
        const alone = engine().tensor([[[0, 0, 3, 0, 0]]]);
        const beside = engine().tensor([[[0, 0, 3, 3, 3]]]);
        const w = F.surround(alone, 1, 2);
        const [a, b] = [alone, beside].map((t) => F.divisiveNormalization(t, w).toArray()[2]);
        expect(b).toBeLessThan(0.7 * a);
      });
    });
  });

  describe('lateral inhibition', () => {
    test.each(MAPS)('%j, K = %i', (shape, K) => {
      const dims = shape.length - 2;
      const w = weights(dims, K);
      const reference = (x: Float64Array, v: Float64Array, beta: Float64Array) =>
        inhibited(x, shape, v, K, beta[0]);
      expectOp({
        engine: engine(),
        operands: [
          {
            shape,
            data: new Random(8).uniform(
              shape.reduce((a, b) => a * b),
              0.5,
              2,
            ),
          },
          { shape: new Array(dims).fill(K), data: w },
          { shape: [], data: [0.3] },
        ],
        op: F.lateralInhibition,
        reference,
      });
    });

    test('an even area vanishes, its edge and what stands out remain', () => {
      engine().scope(() => {
        const x = engine().tensor([[[1, 1, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1]]]);
        const y = F.lateralInhibition(x, F.surround(x, 1, 2, { center: false })).toArray();
        expect(y[6]).toBeCloseTo(4, 5);
        // Inside nothing is left, up to the rounding of a weight; beside the peak it is suppressed altogether.
        for (const i of [2, 3, 9, 10]) expect(y[i]).toBeLessThan(1e-6);
        for (const i of [4, 5, 7, 8]) expect(y[i]).toBe(0);
        expect(y[0]).toBeGreaterThan(0.3);
      });
    });
  });

  test.each([
    [
      [2, 3, 5],
      [2, 1, 5],
    ],
    [
      [2, 3, 2, 5],
      [2, 1, 2, 5],
    ],
    [
      [1, 2, 4],
      [1, 2, 4],
    ],
  ])('gating %j by %j', (shape, by) => {
    const inner = shape.slice(2).reduce((a, b) => a * b);
    const of = (i: number): number =>
      by[1] === 1 ? Math.floor(i / (shape[1] * inner)) * inner + (i % inner) : i;
    expectOp({
      engine: engine(),
      operands: [{ shape }, { shape: by }],
      op: F.gate,
      reference: (x, s) => gated(x, s, of),
    });
  });

  test('a surround is a symmetric window that adds up to 1', () => {
    engine().scope(() => {
      const like = engine().zeros([1]);
      expect(F.surround(like, 1, 1).toArray()).toEqual(Float32Array.of(0.25, 0.5, 0.25));
      expect(F.surround(like, 1, 1, { center: false }).toArray()).toEqual(Float32Array.of(0.5, 0, 0.5));
      expect(F.surround(like, 2, 1).tolist()).toEqual([
        [0.0625, 0.125, 0.0625],
        [0.125, 0.25, 0.125],
        [0.0625, 0.125, 0.0625],
      ]);
      expect(() => F.surround(like, 1, 0)).toThrow(ArgumentError);
    });
  });

  test('one distribution over all places', () => {
    engine().scope(() => {
      const s = engine().tensor(new Random(2).normal(24), [2, 3, 4]);
      const alpha = F.spatialDistribution(s);
      const sums = F.sum(alpha, { dim: [1, 2] }).toArray();
      for (const total of sums) expect(total).toBeCloseTo(1, 6);
      expect(() => F.spatialDistribution(engine().zeros([3]))).toThrow(ShapeError);
    });
  });

  test('refuses what does not fit', () => {
    engine().scope(() => {
      const x = engine().zeros([1, 1, 5]);
      expect(() => F.lateralInhibition(x, engine().zeros([2]))).toThrow(/odd size, got \[2\]/);
      expect(() => F.lateralInhibition(x, engine().zeros([3, 3]))).toThrow(ShapeError);
      expect(() => F.lateralInhibition(engine().zeros([5]), engine().zeros([3]))).toThrow(/B, C, N/);
      expect(() => F.divisiveNormalization(x, engine().zeros([3]), { exponent: 3 as 2 })).toThrow(
        ArgumentError,
      );
    });
  });
});
