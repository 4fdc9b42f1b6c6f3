// An op against its definition in doubles: the result, and every gradient against central differences.
import { expect } from '@jest/globals';
import type { Engine } from '../../src/engine.js';
import { backward } from '../../src/ops/backward.js';
import type { Shape } from '../../src/tensor/shape.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { expectCanFail, expectClose, type Tolerance } from '../close.js';
import { Random } from '../random.js';
import { differences, inner } from './differences.js';

export interface Operand {
  shape: Shape;
  /** default: normal numbers, seeded by the operand's place */
  data?: ArrayLike<number>;
}

export interface OpProblem {
  engine: Engine;
  operands: readonly Operand[];
  op: (...operands: Tensor[]) => Tensor;
  /** the same on plain arrays, in doubles */
  reference: (...operands: Float64Array[]) => ArrayLike<number>;
  tolerance?: Tolerance;
  /** of the gradients; default 1e-5 of 1 + their size */
  slopes?: Tolerance;
  /** compare only so many elements of each gradient, drawn with a seed; default all */
  probes?: number;
}

/** @throws unless result and gradients agree with the definition, and nothing leaks */
export function expectOp({
  engine,
  operands,
  op,
  reference,
  tolerance = { abs: 2e-6 },
  slopes = { abs: 1e-5, rel: 1e-5 },
  probes,
}: OpProblem): void {
  const { arena } = engine;
  const before = arena.stats.blocks;
  const data = operands.map(({ shape, data }, i) =>
    Float64Array.from(data ?? new Random(i + 1).normal(shape.reduce((a, b) => a * b, 1))),
  );
  arena.scope(() => {
    const tensors = operands.map(({ shape }, i) => {
      const t = Tensor.from(arena, data[i], shape);
      t.requiresGrad = true;
      return t;
    });
    const y = op(...tensors);
    const truth = reference(...data);
    expectClose(y.toArray(), truth, tolerance, 'result');
    if (truth.length > 1) expectCanFail(truth, tolerance);
    const dy = new Random(99).normal(truth.length);
    backward(y, { gradient: Tensor.from(arena, dy, y.shape) });
    tensors.forEach((t, i) => {
      const places = chosen(data[i].length, probes);
      const slope = differences(
        (some) => {
          const x = data[i].slice();
          places.forEach((place, k) => {
            x[place] = some[k];
          });
          return inner(dy, reference(...data.map((d, k) => (k === i ? x : d))));
        },
        Float64Array.from(places, (place) => data[i][place]),
      );
      if (!t.grad) throw new Error(`operand ${i} has no gradient`);
      const grad = t.grad.toArray();
      expect(t.grad.shape).toEqual(t.shape);
      expectClose(
        Float64Array.from(places, (p) => grad[p]),
        slope,
        slopes,
        `gradient of operand ${i}`,
      );
      if (slope.some((s) => Math.abs(s) > 1e-3)) expectCanFail(slope, slopes);
    });
  });
  if (arena.stats.blocks - before > 1) throw new Error('memory was not given back');
}

/** All places of n, or the last and some others, so that a dropped tail is seen. */
function chosen(n: number, probes = n): number[] {
  if (probes >= n) return Array.from({ length: n }, (_, i) => i);
  const random = new Random(n);
  const places = new Set([0, n - 1]);
  while (places.size < probes) places.add(random.int(n));
  return [...places].sort((a, b) => a - b);
}
