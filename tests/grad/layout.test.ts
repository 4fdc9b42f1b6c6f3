// slice, flip, pad, tril and triu: results and gradients.
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import * as F from '../../src/ops/index.js';
import { everyEngine } from '../engine.js';
import { pick } from '../reference/places.js';
import { expectOp } from './op.js';

const SHAPE = [2, 5, 3];
const EXACT = { abs: 1e-12 };

everyEngine('layout', (engine) => {
  const check = (
    op: Parameters<typeof expectOp>[0]['op'],
    to: number[],
    from: Parameters<typeof pick>[3],
    otherwise = 0,
  ) =>
    expectOp({
      engine: engine(),
      operands: [{ shape: SHAPE }],
      op,
      reference: (x) => pick(x, SHAPE, to, from, otherwise),
      tolerance: EXACT,
    });

  describe('slice', () => {
    test.each<[args: number[], from: number, length: number, step: number]>([
      [[1, 4], 1, 3, 1],
      [[0, 5, 2], 0, 3, 2],
      [[-2], 3, 2, 1],
      [[-9, 99, 3], 0, 2, 3],
      [[1, -1], 1, 3, 1],
    ])('%j', (args, first, length, step) => {
      check(
        (x) => F.slice(x, 1, ...args),
        [2, length, 3],
        ([i, j, k]) => [i, first + j * step, k],
      );
    });

    test('nothing left, and a step of 0', () => {
      engine().scope(() => {
        expect(F.slice(engine().zeros(SHAPE), 1, 4, 2).shape).toEqual([2, 0, 3]);
        expect(() => F.slice(engine().zeros(SHAPE), 1, 0, 5, 0)).toThrow(ArgumentError);
      });
    });
  });

  test('flip', () => {
    check(
      (x) => F.flip(x, [0, -1]),
      SHAPE,
      ([i, j, k]) => [1 - i, j, 2 - k],
    );
    check(
      (x) => F.flip(F.transpose(x, 0, 1), [0]),
      [5, 2, 3],
      ([j, i, k]) => [i, 4 - j, k],
    );
    engine().scope(() => {
      expect(F.flip(engine().tensor([1, 2, 3], [3], { dtype: 'u8' }), [0]).tolist()).toEqual([3, 2, 1]);
      expect(F.flip(engine().zeros([0, 2]), [0, 1]).shape).toEqual([0, 2]);
    });
  });

  describe('pad', () => {
    const inside = (i: number, n: number): boolean => i >= 0 && i < n;

    test('constant, with one dimension made smaller', () => {
      check(
        (x) => F.pad(x, [1, 2, -1, 3], { value: 7 }),
        [2, 7, 6],
        ([i, j, k]) => (inside(j + 1, 5) && inside(k - 1, 3) ? [i, j + 1, k - 1] : null),
        7,
      );
    });

    test.each<['reflect' | 'replicate' | 'circular', (i: number, n: number) => number]>([
      ['reflect', (i, n) => (i < 0 ? -i : i >= n ? 2 * n - 2 - i : i)],
      ['replicate', (i, n) => Math.min(Math.max(i, 0), n - 1)],
      ['circular', (i, n) => (i + n) % n],
    ])('%s', (mode, source) => {
      check(
        (x) => F.pad(x, [2, 1, 0, 4], { mode }),
        [2, 9, 6],
        ([i, j, k]) => [i, source(j, 5), source(k - 2, 3)],
      );
    });

    test('any dtype, nothing to do, too much', () => {
      engine().scope(() => {
        const x = engine().tensor([true, false]);
        expect(F.pad(x, [1, 0], { value: 1 }).toArray()).toEqual(Uint8Array.of(1, 1, 0));
        expect(F.pad(x, []).tolist()).toEqual([1, 0]);
        expect(() => F.pad(x, [2, 0], { mode: 'reflect' })).toThrow('at most 1 in mode reflect, got 2');
        expect(() => F.pad(x, [3, 0], { mode: 'circular' })).toThrow(ArgumentError);
        expect(() => F.pad(x, [1])).toThrow(ArgumentError);
        expect(() => F.pad(x, [1, 1, 1, 1])).toThrow(ArgumentError);
        expect(() => F.pad(x, [1, 1], { mode: 'edge' as 'reflect' })).toThrow('"edge"');
      });
    });
  });

  describe.each([-2, 0, 1, 2])('triangles at diagonal %i', (diagonal) => {
    test('tril and triu', () => {
      check(
        (x) => F.tril(x, diagonal),
        SHAPE,
        ([i, j, k]) => (k - j <= diagonal ? [i, j, k] : null),
      );
      check(
        (x) => F.triu(x, diagonal),
        SHAPE,
        ([i, j, k]) => (k - j >= diagonal ? [i, j, k] : null),
      );
    });
  });

  test('triangles of i32, and of a vector', () => {
    engine().scope(() => {
      const x = engine().tensor([1, 2, 3, 4], [2, 2], { dtype: 'i32' });
      expect(F.triu(x, 1).toArray()).toEqual(Int32Array.of(0, 2, 0, 0));
      expect(() => F.tril(engine().zeros([3]))).toThrow(ShapeError);
    });
  });
});
