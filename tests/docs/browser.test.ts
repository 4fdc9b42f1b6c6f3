// The docs' blocks for browsers, bundled by esbuild and run in Chromium on a page that is cross-origin isolated and
// has the models beside it.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { agrees } from '../../examples/lib/blocks.mjs';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { blocks, moduleOf, root } from './pages.js';

interface Outcome {
  readonly name: string;
  readonly error?: string;
  readonly claims: { readonly line: string; readonly expected: string; readonly actual: unknown }[];
}

const wanted = blocks(({ place }) => place === 'browser');
const there = chromiumPath() !== undefined;
if (!there) console.warn('!! no Chromium here: the docs\u2019 blocks for browsers are NOT run');

(there ? describe : describe.skip)('blocks that run in a browser', () => {
  let folder = '';
  let outcomes: Outcome[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fovea-docs-'));
    cpSync(join(root, 'models'), join(folder, 'models'), { recursive: true });
    cpSync(join(root, 'build/simd.wasm'), join(folder, 'engine.wasm'));
    const entryPoints: Record<string, string> = {
      thread: join(root, 'dist/runtime/web/worker.js'),
      model: join(root, 'dist/worker/web/script.js'),
    };
    wanted.forEach((block, i) => {
      // Below the package, so that its name leads to itself.
      const file = join(root, `.cache/docs-browser-${i}.ts`);
      writeFileSync(file, moduleOf(block));
      entryPoints[`block-${i}`] = file;
      writeFileSync(join(folder, `block-${i}.html`), `<script type="module" src="block-${i}.js"></script>`);
    });
    await build({
      entryPoints,
      outdir: folder,
      bundle: true,
      format: 'esm',
      target: 'es2022',
      external: ['@huggingface/jinja'],
      logLevel: 'error',
    });
    outcomes = await visited(
      folder,
      wanted.map((_, i) => `block-${i}.html`),
    );
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(wanted.map(({ title }, i) => ({ title, i })))('$title', ({ i }) => {
    const { error, claims } = outcomes[i];
    expect(error).toBeUndefined();
    expect(claims.length).toBeGreaterThan(0);
    expect(claims.filter(({ actual, expected }) => !agrees(actual, expected))).toEqual([]);
  });
});

/** What each page leaves in `globalThis.block`, from a process of its own: the browser's driver is no guest of jest's. */
function visited(folder: string, names: readonly string[]): Promise<Outcome[]> {
  const child = spawn(process.execPath, ['tests/docs/visit.mjs', folder, ...names], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (piece) => {
    told += piece;
  });
  return new Promise((done, fail) => {
    child.on('close', (status) => {
      if (status === 0) done(JSON.parse(told) as Outcome[]);
      else fail(new Error(`visit.mjs ended with ${status}`));
    });
  });
}
