// Every door opens onto the same engine: the same bits come out.
import { expect, test } from '@jest/globals';
import * as inlined from '../../src/default.js';
import { EngineError } from '../../src/errors.js';
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

test('a build that is not inlined is asked for by name', async () => {
  const options = { variant: 'relaxed' } as const;
  await expect(inlined.createEngine(options)).rejects.toThrow(EngineError);
});

test('the exports of package.json lead to files that the build makes', async () => {
  const { readFileSync, existsSync } = await import('node:fs');
  const root = new URL('../../', import.meta.url);
  const { exports, bin, main, types } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const leaves = (v: unknown): string[] =>
    typeof v === 'string' ? [v] : Object.values(v as object).flatMap(leaves);
  const paths = leaves([exports, bin, main, types]);
  expect(paths.length).toBeGreaterThan(5);
  const missing = paths.filter((p) => {
    const source = p.replace('./dist/', './src/').replace(/(\.d\.ts|\.js)$/, '.ts');
    return !existsSync(new URL(p.startsWith('./dist/') ? source : p, root));
  });
  expect(missing).toEqual([]);
});
