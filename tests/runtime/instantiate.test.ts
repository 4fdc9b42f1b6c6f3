// What a door may hand over as the module.
import { createContext, runInContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { EngineError } from '../../src/errors.js';
import { compile, createMemory, instantiate } from '../../src/runtime/instantiate.js';
import { selfTest } from '../../src/runtime/selftest.js';
import { bytesOf } from './team.js';

test('a module of another realm, as the sandbox of an edge runtime gives it', async () => {
  const realm = createContext({ bytes: bytesOf('simd') });
  const module = runInContext('new WebAssembly.Module(bytes)', realm) as WebAssembly.Module;
  expect(module).not.toBeInstanceOf(WebAssembly.Module);
  const memory = createMemory(100);
  const kernels = await instantiate(await compile(module), memory);
  expect(() => selfTest(kernels, memory)).not.toThrow();
});

test.each([
  ['nothing', undefined],
  ['text', 'AGFzbQ=='],
  ['an object that only looks like one', { exports: [] }],
])('not %s', async (_, source) => {
  await expect(compile(source as unknown as BufferSource)).rejects.toThrow(EngineError);
});
