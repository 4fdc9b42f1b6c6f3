// Views: whatever way an element is looked at, its gradient finds back to it.  All of them move elements by a map
// of places, so one function of that map is the reference.
import { describe, expect, test } from '@jest/globals';
import * as F from '../../src/ops/index.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { expectOp } from './op.js';

const SHAPE = [2, 3, 4];
const iota = Float64Array.from({ length: 24 }, (_, i) => i);

/** name, the view, and the index in x of each of its elements */
const VIEWS: [string, (x: Tensor) => Tensor, number[]][] = [
  ['permute', (x) => F.permute(x, [2, 0, 1]), from([4, 2, 3], ([k, i, j]) => 12 * i + 4 * j + k)],
  ['transpose', (x) => F.transpose(x, 0, -1), from([4, 3, 2], ([k, j, i]) => 12 * i + 4 * j + k)],
  ['narrow', (x) => F.narrow(x, 1, 1, 2), from([2, 2, 4], ([i, j, k]) => 12 * i + 4 * (j + 1) + k)],
  ['select', (x) => F.select(x, 1, -1), from([2, 4], ([i, k]) => 12 * i + 8 + k)],
  ['reshape', (x) => F.reshape(x, [4, -1]), [...iota]],
  [
    'reshape of a strided view',
    (x) => F.reshape(F.transpose(x, 0, 1), [3, 8]),
    from([3, 2, 4], ([j, i, k]) => 12 * i + 4 * j + k),
  ],
  ['flatten', (x) => F.flatten(x, 1), [...iota]],
  ['squeeze and unsqueeze', (x) => F.squeeze(F.unsqueeze(F.unsqueeze(x, 0), -1)), [...iota]],
  ['expand', (x) => F.expand(F.narrow(x, 0, 1, 1), [3, 3, 4]), from([3, 3, 4], ([, j, k]) => 12 + 4 * j + k)],
  [
    'expand to new dimensions',
    (x) => F.expand(x, [2, 2, 3, 4]),
    from([2, 2, 3, 4], ([, i, j, k]) => 12 * i + 4 * j + k),
  ],
  [
    'contiguous',
    (x) => F.contiguous(F.transpose(x, 1, 2)),
    from([2, 4, 3], ([i, k, j]) => 12 * i + 4 * j + k),
  ],
  [
    'cat of itself',
    (x) => F.cat([x, F.narrow(x, 1, 0, 1), x], 1),
    from([2, 7, 4], ([i, j, k]) => 12 * i + 4 * (j < 3 ? j : j === 3 ? 0 : j - 4) + k),
  ],
  [
    'stack of parts',
    (x) => F.stack([F.select(x, 0, 1), F.select(x, 0, 0), F.select(x, 0, 1)], 1),
    from([3, 3, 4], ([j, n, k]) => 12 * (n === 1 ? 0 : 1) + 4 * j + k),
  ],
  ['one of split', (x) => F.split(x, [1, 3], -1)[1], from([2, 3, 3], ([i, j, k]) => 12 * i + 4 * j + k + 1)],
  ['one of chunk', (x) => F.chunk(x, 2, 1)[1], from([2, 1, 4], ([i, , k]) => 12 * i + 8 + k)],
  [
    'a view of a view of a view',
    (x) => F.transpose(F.narrow(F.transpose(F.narrow(x, 2, 1, 3), 0, 2), 1, 0, 2), 0, 1),
    from([2, 3, 2], ([j, k, i]) => 12 * i + 4 * j + k + 1),
  ],
];

function from(shape: number[], index: (place: number[]) => number): number[] {
  const all = shape.reduce<number[][]>(
    (sofar, n) => sofar.flatMap((p) => Array.from({ length: n }, (_, i) => [...p, i])),
    [[]],
  );
  return all.map(index);
}

everyEngine('views', (engine) => {
  describe('one', () => {
    test.each(VIEWS)('%s', (_, view, index) => {
      expectOp({
        engine: engine(),
        operands: [{ shape: SHAPE }],
        op: view,
        reference: (x) => index.map((i) => x[i]),
        tolerance: { abs: 0, rel: 1e-12 },
      });
    });
  });

  test('parts that are used in different ways meet again', () => {
    expectOp({
      engine: engine(),
      operands: [{ shape: [3, 6] }],
      op: (x) => {
        const [a, b, c] = F.split(x, 2, 1);
        return F.add(F.mul(a, b), F.mul(F.mul(c, c), a));
      },
      reference: (x) =>
        Float64Array.from({ length: 6 }, (_, i) => {
          const at = 6 * Math.floor(i / 2) + (i % 2);
          return x[at] * x[at + 2] + x[at + 4] ** 2 * x[at];
        }),
    });
  });

  test('cat of several tensors, of which one needs no gradient', () => {
    engine().scope(() => {
      const a = engine().tensor([1, 2], [1, 2], { requiresGrad: true });
      const b = engine().tensor([3, 4], [1, 2]);
      const c = engine().tensor([5, 6], [1, 2], { requiresGrad: true });
      F.backward(F.cat([a, b, c]), { gradient: Tensor.from(engine().arena, [1, 2, 3, 4, 5, 6], [3, 2]) });
      expect([a.grad!.tolist(), b.grad, c.grad!.tolist()]).toEqual([[[1, 2]], null, [[5, 6]]]);
    });
  });
});
