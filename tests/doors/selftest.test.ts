// The self-test must see a broken kernel: each one it uses is broken here in turn.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { EngineError } from '../../src/errors.js';
import type { Kernels } from '../../src/kernels.js';
import { createMemory, instantiate } from '../../src/runtime/instantiate.js';
import { selfTest } from '../../src/runtime/selftest.js';

async function fresh(): Promise<{ kernels: Kernels; memory: WebAssembly.Memory }> {
  const memory = createMemory(100);
  const bytes = readFileSync(new URL('../../build/simd.wasm', import.meta.url));
  return { kernels: await instantiate(bytes, memory), memory };
}

test('a sound module passes', async () => {
  const { kernels, memory } = await fresh();
  expect(() => selfTest(kernels, memory)).not.toThrow();
});

test.each(['gemm_f32', 'gemm_f32_pack', 'softmax_f32'] as const)('a broken %s is found', async (name) => {
  const { kernels, memory } = await fresh();
  const right = kernels[name] as (...args: number[]) => void;
  const broken = (...args: number[]): void => {
    right(...args);
    // One lane of the first output goes wrong in its last bits.
    const f32 = new Float32Array(memory.buffer);
    f32[args[0] / 4] += 0.001;
  };
  expect(() => selfTest({ ...kernels, [name]: broken }, memory)).toThrow(EngineError);
});
