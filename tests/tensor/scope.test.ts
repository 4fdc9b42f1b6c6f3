import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { DisposedError, OutOfMemoryError } from '../../src/errors.js';
import { createEngine } from '../../src/node.js';
import { everyEngine } from '../engine.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

everyEngine('scopes and memory', (engine) => {
  test('what is made in a scope is freed, what is returned or kept lives on', () => {
    const e = engine();
    const before = e.memory.blocks;
    let kept: ReturnType<typeof e.tensor> | undefined;
    const { deep } = e.scope(() => {
      e.tensor([1, 2, 3]);
      kept = e.tensor([4]).keep();
      return { deep: [new Map([['x', e.tensor([5, 6])]])] };
    });
    expect(e.memory.blocks).toBe(before + 2);
    expect(deep[0].get('x')!.tolist()).toEqual([5, 6]);
    deep[0].get('x')!.dispose();
    kept!.dispose();
    expect(e.memory.blocks).toBe(before);
  });

  test('a returned tensor belongs to the scope around', () => {
    const e = engine();
    const before = e.memory.blocks;
    e.scope(() => {
      const t = e.scope(() => e.tensor([1]));
      expect(t.tolist()).toEqual([1]);
    });
    expect(e.memory.blocks).toBe(before);
  });

  test('scopes within scopes: each frees its own, whatever has left it before', () => {
    const e = engine();
    const before = e.memory.blocks;
    e.scope(() => {
      const [first, middle, last] = [1, 2, 3].map((n) => e.tensor([n]));
      const [inner, again] = e.scope(() => {
        middle.dispose();
        const made = e.tensor([4]);
        e.tensor([5]);
        first.keep();
        return [made, made];
      });
      expect(again).toBe(inner);
      expect([first, last, inner].map((t) => t.item())).toEqual([1, 3, 4]);
      expect(e.memory.blocks).toBe(before + 3);
      last.dispose();
      expect(e.scope(() => inner)).toBe(inner);
      e.scope(() => e.scope(() => e.tensor([6])).item());
      expect(e.memory.blocks).toBe(before + 2);
      // The kept one is nobody's but ours.
      e.scope(() => first.dispose());
    });
    expect(e.memory.blocks).toBe(before);
  });

  test('an exception frees what the scope had made', () => {
    const e = engine();
    const before = e.memory.blocks;
    expect(() =>
      e.scope(() => {
        e.tensor([1]);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(e.memory.blocks).toBe(before);
  });

  test('asynchronous functions are refused, because what they await would outlive the scope', () => {
    const e = engine();
    const before = e.memory.blocks;
    expect(() => e.scope(async () => e.tensor([1]))).toThrow('synchronous');
    expect(e.memory.blocks).toBe(before);
  });

  test('what is forgotten outside every scope is freed by the garbage collector', async () => {
    const e = engine();
    const before = e.memory.blocks;
    for (let i = 0; i < 10; i++) e.scope(() => e.tensor([i]));
    for (let i = 0; i < 10; i++) e.tensor([i]).keep();
    expect(e.memory.blocks).toBe(before + 20);
    for (let i = 0; i < 50 && e.memory.blocks > before; i++) {
      collectGarbage();
      await new Promise((done) => setTimeout(done, 10));
    }
    expect(e.memory.blocks).toBe(before);
  });

  test('views share memory until the last of them goes', () => {
    const e = engine();
    const before = e.memory.blocks;
    const t = e.tensor([1, 2]);
    const alias = t.alias();
    t.dispose();
    t.dispose();
    expect(alias.tolist()).toEqual([1, 2]);
    expect(() => t.ptr).toThrow(DisposedError);
    alias.dispose();
    expect(e.memory.blocks).toBe(before);
  });
});

test('more than the limit is a typed error, and the engine goes on', async () => {
  using e = await createEngine({ maxMemory: 2 * 2 ** 20 });
  expect(() => e.zeros([2 ** 20])).toThrow(OutOfMemoryError);
  expect(e.tensor([1, 2]).tolist()).toEqual([1, 2]);
});

test('after dispose everything is dead, twice is fine', async () => {
  const e = await createEngine();
  const t = e.tensor([1]);
  e.dispose();
  e.dispose();
  expect(() => t.toArray()).toThrow(DisposedError);
  expect(() => e.tensor([1])).toThrow(DisposedError);
  t.dispose();
});

test('unknown variants and absurd limits are refused', async () => {
  await expect(createEngine({ variant: 'fast' as 'simd' })).rejects.toThrow('got "fast"');
  await expect(createEngine({ maxMemory: 5 })).rejects.toThrow('maxMemory');
  await expect(createEngine({ module: new Uint8Array([1, 2, 3]) })).rejects.toThrow('could not be compiled');
});
