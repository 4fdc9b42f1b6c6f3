// gated and glu, values and gradients, against their definitions in doubles.
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import * as F from '../../src/ops/index.js';
import { everyEngine } from '../engine.js';
import { expectOp } from './op.js';

const { exp, tanh } = Math;
const sigmoid = (x: number): number => 1 / (1 + exp(-x));

const ACTIVATIONS: [F.Activation, (x: number) => number][] = [
  ['none', (x) => x],
  ['silu', (x) => x * sigmoid(x)],
  ['sigmoid', sigmoid],
  ['tanh', tanh],
  ['quick_gelu', (x) => x * sigmoid(1.702 * x)],
];

everyEngine('gated', (engine) => {
  describe.each(ACTIVATIONS)('%s', (name, act) => {
    test.each([[[1]], [[3, 4]], [[2, 3, 5]], [[2, 17]]])('%j', (shape) => {
      expectOp({
        engine: engine(),
        operands: [{ shape }, { shape }],
        op: (gate, up) => F.gated(gate, up, name),
        reference: (gate, up) => gate.map((g, i) => act(g) * up[i]),
      });
    });
  });

  test('halves of one matrix are read in place, and glu takes the second as the gate', () => {
    const shape = [3, 10];
    expectOp({
      engine: engine(),
      operands: [{ shape }],
      op: (x) => F.glu(x),
      reference: (x) =>
        Array.from({ length: 15 }, (_, i) => {
          const at = Math.floor(i / 5) * 10 + (i % 5);
          return x[at] * sigmoid(x[at + 5]);
        }),
    });
  });

  test('relu gates', () => {
    engine().scope(() => {
      const e = engine();
      const gate = e.tensor([-1, 2, 0.5]);
      const y = F.gated(gate, e.tensor([3, 4, -2]), 'relu');
      expect(y.tolist()).toEqual([0, 8, -1]);
    });
  });

  test('what does not fit is refused', () => {
    engine().scope(() => {
      const e = engine();
      expect(() => F.gated(e.zeros([2, 3]), e.zeros([3, 2]), 'silu')).toThrow(ShapeError);
      expect(() => F.gated(e.zeros([2]), e.zeros([2]), 'swish' as 'silu')).toThrow(ArgumentError);
      expect(() => F.glu(e.zeros([2, 3]))).toThrow(ShapeError);
    });
  });
});
