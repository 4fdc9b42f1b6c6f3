// Every door opens onto the same engine: the same bits come out.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as bare from '../../src/bare.js';
import * as inlined from '../../src/default.js';
import { ArgumentError, EngineError } from '../../src/errors.js';
import * as node from '../../src/node.js';

async function bits(door: Pick<typeof node, 'createEngine'>, options = {}): Promise<number[]> {
  using engine = await door.createEngine(options);
  const q = engine.tensor(
    Float32Array.from({ length: 240 }, (_, i) => ((i * 37) % 23) / 11 - 1),
    [1, 3, 10, 8],
  );
  const y = node.F.gelu(node.F.scaledDotProductAttention(q, q, q, { isCausal: true }));
  return [...new Uint32Array(y.toArray().slice().buffer)];
}

test('the default door gives the bits of the Node door', async () => {
  const want = await bits(node);
  expect(want.some((b) => b !== 0)).toBe(true);
  expect(await bits(inlined)).toEqual(want);
  expect(await bits(inlined, { variant: 'auto' })).toEqual(want);
});

test('Node before 20.16, which hands over no module without an import', async () => {
  const want = await bits(node);
  const { getBuiltinModule } = process;
  Object.defineProperty(process, 'getBuiltinModule', { value: undefined, configurable: true });
  try {
    expect(await bits(node)).toEqual(want);
  } finally {
    Object.defineProperty(process, 'getBuiltinModule', { value: getBuiltinModule, configurable: true });
  }
});

test('a build that is not inlined is asked for by name', async () => {
  const options = { variant: 'relaxed' } as const;
  await expect(inlined.createEngine(options)).rejects.toThrow(EngineError);
});

test('a door without a module takes one, compiled or as bytes, and wants one', async () => {
  const bytes = readFileSync(new URL('../../build/simd.wasm', import.meta.url));
  const module = await WebAssembly.compile(bytes);
  const want = await bits(node);
  const given = (source: typeof module | typeof bytes) => ({
    createEngine: () => bare.createEngine({ module: source }),
  });
  expect(await bits(given(module))).toEqual(want);
  expect(await bits(given(bytes))).toEqual(want);
  await expect(bare.createEngine({} as { module: typeof module })).rejects.toThrow(ArgumentError);
});
