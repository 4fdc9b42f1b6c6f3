// Which build an engine takes, that it is the same numbers either way, and that the inlined ones are the files.
import { expect, test } from '@jest/globals';
import { openEngine } from '../../src/engine.js';
import { inlined } from '../../src/inlined.js';
import type { Build } from '../../src/kernels.js';
import * as node from '../../src/node.js';
import { probe } from '../../src/runtime/probe.js';
import { Random } from '../random.js';
import { bytesOf } from './team.js';

const { relaxedSimd } = probe();

test.each(['simd', 'dot', 'threads', 'dot-threads'] as const)('inlined: %s', async (build) => {
  expect(Buffer.from(await inlined(build)).equals(bytesOf(build))).toBe(true);
});

test('simd takes what relaxed SIMD has for integers where there is such a thing', async () => {
  const asked: Build[] = [];
  const load = (build: Build): Uint8Array<ArrayBuffer> => {
    asked.push(build);
    return bytesOf(build);
  };
  for (const variant of ['simd', 'auto'] as const) (await openEngine(load, { variant })).dispose();
  expect(asked).toEqual(relaxedSimd ? ['dot', 'relaxed'] : ['simd', 'simd']);
});

/** A product with weights in fewer bits under an activation that multiplies and adds, and one in f32. */
async function products(module: Uint8Array<ArrayBuffer>, rows: number): Promise<Record<string, string>> {
  using engine = await node.createEngine({ module });
  const random = new Random(rows);
  const [K, N] = [100, 37];
  const x = engine.tensor(random.normal(rows * K), [rows, K]);
  const w = engine.tensor(random.normal(N * K), [N, K]);
  const results: Record<string, string> = {};
  for (const dtype of ['q8', 'q8_0', 'q4', 'q4_1', 'f32'] as const) {
    const weight = dtype === 'f32' ? w : node.F.QuantizedMatrix.from(w, dtype);
    const y = node.F.gelu(node.F.linear(x, weight)).toArray();
    results[dtype] = Buffer.from(y.buffer, y.byteOffset, y.byteLength).toString('hex');
  }
  return results;
}

const withDot = relaxedSimd ? test : test.skip;
withDot.each([1, 2, 3, 4, 5, 130])('dot gives the bits of simd, %i rows', async (rows) => {
  const want = await products(bytesOf('simd'), rows);
  expect(new Set(Object.values(want)).size).toBe(5);
  expect(await products(bytesOf('dot'), rows)).toEqual(want);
});
