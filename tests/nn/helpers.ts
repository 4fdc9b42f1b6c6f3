// What the tests of layers share.
import { expect, test } from '@jest/globals';
import type { Engine } from '../../src/engine.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import type { Random } from '../random.js';

/** Declares tests whose body must give back all the memory that it takes outside of its own scope. */
export function cleanTest(engine: () => Engine): (name: string, body: () => void) => void {
  return (name, body) => {
    test(name, () => {
      // The arena keeps its working memory: not a leak, so it is there beforehand.
      engine().arena.scratch(1 << 20);
      const before = engine().memory.blocks;
      engine().scope(body);
      expect(engine().memory.blocks).toBe(before);
    });
  };
}

/** Makes tensors of normal numbers. */
export function normals(engine: () => Engine, random: Random): (...shape: number[]) => Tensor {
  return (...shape) => engine().tensor(random.normal(shape.reduce((a, b) => a * b, 1)), shape);
}

/** The elements as an array of numbers. */
export function list(t: Tensor): number[] {
  return Array.from(t.toArray());
}

/** The largest magnitude. */
export function largest(t: Tensor): number {
  return list(t).reduce((m, x) => Math.max(m, Math.abs(x)), 0);
}
