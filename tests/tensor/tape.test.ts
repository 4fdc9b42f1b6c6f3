import { expect, test } from '@jest/globals';
import { backward } from '../../src/ops/backward.js';
import { add, mul, sub } from '../../src/ops/binary.js';
import { matmul } from '../../src/ops/matmul.js';
import { sum } from '../../src/ops/reduce.js';
import { narrow, transpose } from '../../src/ops/view.js';
import { noGrad } from '../../src/tensor/tape.js';
import { everyEngine } from '../engine.js';

everyEngine('tape', (engine) => {
  test('a value used twice gets both gradients', () => {
    const e = engine();
    e.scope(() => {
      const x = e.tensor([3, -2], [2], { requiresGrad: true });
      backward(sum(add(mul(x, x), mul(x, 5))));
      expect(x.grad!.tolist()).toEqual([11, 1]);
    });
  });

  test('gradients accumulate over calls until they are dropped', () => {
    const e = engine();
    e.scope(() => {
      const x = e.tensor([1, 2], [2], { requiresGrad: true });
      backward(sum(mul(x, 3)));
      backward(sum(mul(x, 4)));
      expect(x.grad!.tolist()).toEqual([7, 7]);
      x.zeroGrad();
      expect(x.grad).toBeNull();
    });
  });

  test('broadcast operands get sums', () => {
    const e = engine();
    e.scope(() => {
      const a = e.tensor(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        undefined,
        { requiresGrad: true },
      );
      const b = e.tensor([10, 20, 30], [3], { requiresGrad: true });
      backward(sum(mul(a, b)));
      expect(b.grad!.tolist()).toEqual([5, 7, 9]);
      expect(a.grad!.tolist()).toEqual([
        [10, 20, 30],
        [10, 20, 30],
      ]);
    });
  });

  test('gradients of views land in place', () => {
    const e = engine();
    e.scope(() => {
      const x = e.tensor(
        [
          [1, 2],
          [3, 4],
        ],
        undefined,
        { requiresGrad: true },
      );
      backward(sum(mul(narrow(transpose(x, 0, 1), 0, 1, 1), 2)));
      expect(x.grad!.tolist()).toEqual([
        [0, 2],
        [0, 2],
      ]);
    });
  });

  test('a deep chain over a shared value: x^8 by squaring, and a diamond', () => {
    const e = engine();
    e.scope(() => {
      const x = e.tensor([2], [1], { requiresGrad: true });
      const y = mul(x, x);
      const z = mul(y, y);
      backward(sum(mul(z, z)));
      expect(x.grad!.item()).toBe(8 * 2 ** 7);
      x.zeroGrad();
      const a = add(x, 1);
      backward(sum(sub(mul(a, 3), mul(a, a))));
      expect(x.grad!.item()).toBe(3 - 2 * 3);
    });
  });

  test('the graph is used up by backward unless it is retained', () => {
    const e = engine();
    e.scope(() => {
      const x = e.tensor([1], [1], { requiresGrad: true });
      const y = mul(x, x);
      backward(y, { retainGraph: true });
      backward(y);
      expect(x.grad!.item()).toBe(4);
      expect(() => backward(y)).toThrow('retainGraph');
    });
  });

  test('noGrad records nothing, and a constant cannot be differentiated', () => {
    const e = engine();
    e.scope(() => {
      const x = e.tensor([1], [1], { requiresGrad: true });
      const y = noGrad(e.arena, () => mul(x, 2));
      expect(y.requiresGrad).toBe(false);
      expect(() => backward(y)).toThrow('does not require a gradient');
      expect(() => backward(mul(e.tensor([1, 2]), x))).toThrow('[2]');
    });
  });

  test('memory does not grow from step to step, nor by graphs that are never used', () => {
    const e = engine();
    const w = e.tensor(
      [
        [1, 2],
        [3, 4],
      ],
      undefined,
      { requiresGrad: true },
    );
    const step = (use: boolean): number => {
      e.scope(() => {
        const y = sum(matmul(mul(w, w), w));
        if (use) backward(y);
      });
      w.zeroGrad();
      return e.memory.blocks;
    };
    const settled = step(true);
    for (let i = 0; i < 5; i++) {
      expect(step(true)).toBe(settled);
      expect(step(false)).toBe(settled);
    }
    w.dispose();
  });

  test('a graph lives as long as its result, without any scope', () => {
    const e = engine();
    const before = e.memory.blocks;
    const w = e.tensor([2], [1], { requiresGrad: true });
    const cube = (): ReturnType<typeof mul> => {
      const square = mul(w, w);
      const y = mul(square, w);
      square.dispose();
      return y;
    };
    const y = cube();
    backward(y);
    expect(w.grad!.item()).toBe(12);
    y.dispose();
    cube().dispose(); // never used
    w.dispose();
    expect(e.memory.blocks).toBe(before);
  });
});
