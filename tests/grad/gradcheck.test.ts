// The public check must pass what is right and refuse what is wrong, in a single element.
import { expect, test } from '@jest/globals';
import { ArgumentError, GradcheckError } from '../../src/errors.js';
import * as F from '../../src/ops/index.js';
import { record } from '../../src/tensor/tape.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';

everyEngine('gradcheck', (engine) => {
  const leaf = (data: number[], shape?: number[]): Tensor =>
    engine().tensor(data, shape, { requiresGrad: true });

  /** x², whose gradient is `slope(x)` at the last element and right at the others. */
  const square = (x: Tensor, slope: (v: number) => number): Tensor => {
    const y = Tensor.from(
      x.arena,
      x.toArray().map((v) => v * v),
      x.shape,
    );
    return record(y, [x], [x], (dy, [sx]) => {
      const at = sx.toArray();
      const dx = dy.toArray().map((g, i) => g * (i === at.length - 1 ? slope(at[i]) : 2 * at[i]));
      return [Tensor.from(dy.arena, dx, dy.shape)];
    });
  };

  test('passes what is right: one result, several, shared parts', () => {
    engine().scope(() => {
      const [a, b] = [leaf([0.5, -0.25, 1], [3, 1]), leaf([0.3, 0.7], [1, 2])];
      expect(F.gradcheck((x, y) => F.tanh(F.matmul(x, y)), [a, b])).toBe(true);
      const several = (x: Tensor, y: Tensor): Tensor[] => {
        const shared = F.mul(x, y);
        return [F.exp(shared), F.sum(shared)];
      };
      expect(F.gradcheck(several, [a, b])).toBe(true);
      expect(F.gradcheck((x) => square(x, (v) => 2 * v), [a])).toBe(true);
    });
  });

  test.each<[string, (v: number) => number]>([
    ['nothing', () => 0],
    ['the wrong sign', (v) => -2 * v],
    ['a twentieth too much', (v) => 2.1 * v],
    ['NaN', () => Number.NaN],
  ])('refuses %s in one element, and names it', (_, slope) => {
    engine().scope(() => {
      const fn = (x: Tensor): Tensor => square(x, slope);
      const inputs = [leaf([0.5, 1, 1.5])];
      expect(() => F.gradcheck(fn, inputs)).toThrow(GradcheckError);
      expect(() => F.gradcheck(fn, inputs)).toThrow(/element 2 of input 0/);
      expect(F.gradcheck(fn, inputs, { raiseException: false })).toBe(false);
    });
  });

  test('refuses a result that is cut off from its input', () => {
    engine().scope(() => {
      expect(F.gradcheck((x) => F.exp(x.detach()), [leaf([1])], { raiseException: false })).toBe(false);
    });
  });

  test('leaves values, gradients and memory as they were', () => {
    const { arena } = engine();
    engine().scope(() => {
      const x = leaf([0.5, 1]);
      F.backward(F.sum(x));
      const { used } = arena.stats;
      F.gradcheck((v) => F.exp(v), [x]);
      expect(arena.stats.used).toBe(used);
      expect([x.tolist(), x.grad?.tolist()]).toEqual([
        [0.5, 1],
        [1, 1],
      ]);
    });
  });

  test('wants inputs that it can move', () => {
    engine().scope(() => {
      expect(() => F.gradcheck(F.exp, [engine().ones([2])])).toThrow(ArgumentError);
      expect(() => F.gradcheck(F.exp, [F.mul(leaf([1]), 2)])).toThrow(ArgumentError);
    });
  });
});
