// Reductions over the last, a middle, several and all dimensions.
import { describe, expect, test } from '@jest/globals';
import * as F from '../../src/ops/index.js';
import type { ReduceOptions } from '../../src/ops/reduce.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { places } from '../reference/places.js';
import { expectOp } from './op.js';

const SHAPE = [2, 3, 5];

/** f of the elements that agree in the dimensions that stay. */
function over(f: (group: number[]) => number, dims: readonly number[], shape: readonly number[]) {
  return (x: Float64Array): number[] => {
    const groups = new Map<string, number[]>();
    places(shape).forEach((place, i) => {
      const key = place.filter((_, d) => !dims.includes(d)).join();
      groups.set(key, [...(groups.get(key) ?? []), x[i]]);
    });
    return [...groups.values()].map(f);
  };
}

const sum = (v: number[]) => v.reduce((a, b) => a + b, 0);

const REDUCTIONS: [string, (x: Tensor, options: ReduceOptions) => Tensor, (v: number[]) => number][] = [
  ['sum', F.sum, sum],
  ['mean', F.mean, (v) => sum(v) / v.length],
  ['prod', F.prod, (v) => v.reduce((a, b) => a * b, 1)],
  ['amax', F.amax, (v) => Math.max(...v)],
  ['amin', F.amin, (v) => Math.min(...v)],
  ['logsumexp', F.logsumexp, (v) => Math.log(sum(v.map(Math.exp)))],
  ['vectorNorm', F.vectorNorm, (v) => Math.hypot(...v)],
];

everyEngine('reductions', (engine) => {
  describe.each(REDUCTIONS)('%s', (_, op, f) => {
    test.each<[ReduceOptions, number[]]>([
      [{ dim: -1 }, [2]],
      [{ dim: 1 }, [1]],
      [{ dim: 0, keepdim: true }, [0]],
      [{ dim: [0, 2] }, [0, 2]],
      [{ dim: [1, 2], keepdim: true }, [1, 2]],
      [{}, [0, 1, 2]],
    ])('%j', (options, dims) => {
      expectOp({
        engine: engine(),
        operands: [{ shape: SHAPE, data: new Random(4).uniform(30, 0.5, 1.5) }],
        op: (x) => op(x, options),
        reference: over(f, dims, SHAPE),
        tolerance: { abs: 2e-6, rel: 2e-7 },
        slopes: { abs: 1e-5, rel: 2e-5 },
      });
    });

    test.each([1, 4, 15, 16, 17, 33, 65])('of %i', (n) => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [2, n], data: new Random(n).uniform(2 * n, 0.8, 1.2) }],
        op: (x) => op(x, { dim: 1 }),
        reference: over(f, [1], [2, n]),
        tolerance: { abs: 2e-6, rel: 2e-7 },
        slopes: { abs: 1e-5, rel: 2e-5 },
      });
    });
  });

  test('equal extremes share the gradient', () => {
    engine().scope(() => {
      const x = engine().tensor([2, 5, 5, 1], [4], { requiresGrad: true });
      F.backward(F.amax(x));
      expect(x.grad!.tolist()).toEqual([0, 0.5, 0.5, 0]);
    });
  });
});
