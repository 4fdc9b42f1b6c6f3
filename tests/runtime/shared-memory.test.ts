// The builds for threads are the others with one bit set, and that bit is the right one.
import { expect, test } from '@jest/globals';
import { EngineError } from '../../src/errors.js';
import { compile, createMemory, instantiate } from '../../src/runtime/instantiate.js';
import { probe } from '../../src/runtime/probe.js';
import { bytesOf } from './team.js';

const PAIRS = [
  ['simd', 'threads'],
  ['dot', 'dot-threads'],
  ['relaxed', 'relaxed-threads'],
] as const;

test.each(PAIRS)('%s -> %s: one bit', (from, to) => {
  const [a, b] = [bytesOf(from), bytesOf(to)];
  expect(b.length).toBe(a.length);
  const changed = [...a].flatMap((byte, i) => (byte === b[i] ? [] : [[byte, b[i]]]));
  expect(changed).toEqual([[1, 3]]);
});

test.each(PAIRS)('%s and %s: each takes its own kind of memory and not the other', async (from, to) => {
  if (from !== 'simd' && !probe().relaxedSimd) return;
  const [alone, shared] = [await compile(bytesOf(from)), await compile(bytesOf(to))];
  const kernels = await instantiate(shared, createMemory(100, true));
  expect(kernels.heap_base()).toBeGreaterThan(0);
  await expect(instantiate(shared, createMemory(100))).rejects.toThrow(EngineError);
  await expect(instantiate(alone, createMemory(100, true))).rejects.toThrow(EngineError);
});

test('what is not such a module is refused', async () => {
  const { shareMemory } = (await import('../../scripts/share-memory.mjs' as string)) as {
    shareMemory(wasm: Uint8Array): Uint8Array;
  };
  expect(() => shareMemory(bytesOf('threads'))).toThrow('unshared memory');
  expect(() => shareMemory(Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0]))).toThrow('only import');
  await expect(compile(Uint8Array.from([1, 2, 3]))).rejects.toThrow(EngineError);
});
