import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import {
  broadcastShapes,
  broadcastStrides,
  checkShape,
  inferShape,
  isContiguous,
  numel,
  rowMajor,
  viewStrides,
  wrapDim,
} from '../../src/tensor/shape.js';

/** Offsets of all elements in row-major order. */
function offsets(shape: readonly number[], strides: readonly number[]): number[] {
  let all = [0];
  shape.forEach((n, d) => {
    all = all.flatMap((o) => Array.from({ length: n }, (_, i) => o + i * strides[d]));
  });
  return all;
}

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 });

describe('viewStrides', () => {
  test('a view shows the same elements in the same order, whatever the permutation', () => {
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fc.nat()), fc.nat(), (base, random, seed) => {
        const dense = rowMajor(base);
        const order = base.map((_, i) => i).sort((a, b) => ((a * 7 + seed) % 5) - ((b * 7 + seed) % 5));
        const shape = order.map((i) => base[i]);
        const strides = order.map((i) => dense[i]);
        // A random factorisation of the number of elements.
        const to: number[] = [];
        for (let left = numel(shape); left > 1; ) {
          const divisors = Array.from({ length: left }, (_, i) => i + 1).filter((d) => left % d === 0);
          const d = divisors[random.next().value % divisors.length];
          to.push(d);
          left /= d;
          if (to.length > 8) {
            to.push(left);
            break;
          }
        }
        const view = viewStrides(shape, strides, to);
        if (view) expect(offsets(to, view)).toEqual(offsets(shape, strides));
        else expect(isContiguous(shape, strides)).toBe(false);
      }),
    );
  });

  test('splits and merges what can be, refuses what cannot', () => {
    expect(viewStrides([2, 6], [6, 1], [2, 2, 3])).toEqual([6, 3, 1]);
    expect(viewStrides([6, 2], [1, 6], [12])).toBeNull();
    expect(viewStrides([6, 2], [1, 6], [2, 3, 2])).toEqual([3, 1, 6]);
    expect(viewStrides([2, 0], [0, 1], [0, 7])).toEqual([7, 1]);
    expect(viewStrides([1, 3], [99, 1], [3, 1, 1])!.slice(0, 1)).toEqual([1]);
  });
});

describe('broadcasting', () => {
  test('follows PyTorch', () => {
    expect(broadcastShapes([5, 1, 4], [3, 1])).toEqual([5, 3, 4]);
    expect(broadcastShapes([], [2, 3])).toEqual([2, 3]);
    expect(broadcastShapes([0, 1], [1, 4])).toEqual([0, 4]);
    expect(broadcastStrides([3, 1], [1, 1], [2, 3, 4])).toEqual([0, 1, 0]);
  });

  test('errors print both shapes', () => {
    expect(() => broadcastShapes([2, 3], [2, 4])).toThrow(ShapeError);
    expect(() => broadcastShapes([2, 3], [2, 4])).toThrow(/\[2, 3\].*\[2, 4\]/);
    expect(() => broadcastStrides([2, 3], [3, 1], [3])).toThrow(/\[2, 3\].*\[3\]/);
  });
});

test('inferShape fills one hole', () => {
  expect(inferShape([-1, 3], 12)).toEqual([4, 3]);
  expect(() => inferShape([-1, 5], 12)).toThrow(ShapeError);
  expect(() => inferShape([-1, -1], 12)).toThrow(ShapeError);
  expect(() => inferShape([-1, 0], 0)).toThrow(ShapeError);
});

test('checkShape and wrapDim name what came', () => {
  expect(() => checkShape([2, -1])).toThrow(/\[2, -1\]/);
  expect(() => checkShape([2 ** 20, 2 ** 20])).toThrow(ShapeError);
  expect(wrapDim(-1, 3)).toBe(2);
  expect(wrapDim(0, 0)).toBe(0);
  expect(() => wrapDim(3, 3)).toThrow(ArgumentError);
});
