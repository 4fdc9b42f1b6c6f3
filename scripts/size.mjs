// What an application carries, gzipped: JavaScript as a bundler leaves it, and the simd module.
// `npm run size` prints it for each way in and fails above a budget; `--json` prints it for machines.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * @typedef {object} Entry
 * @property {string} code what the application says
 * @property {number} budget bytes, gzipped, of it all
 * @property {boolean} [noWasm] it is without the module, or has it inlined
 * @property {string[]} [external] left out, as the promise says
 *
 * @type {Readonly<Record<string, Entry>>}
 */
const ENTRIES = {
  // Engine, functional ops, layers of Transformers and the models of Hugging Face; the promise of this package.
  core: { code: `export * from 'fovea/core'`, budget: 100_000, external: ['@huggingface/tokenizers'] },
  // A folder with a BERT in it becomes vectors, tokenizer included.
  'embedding with BERT': {
    code: `export { createEngine } from 'fovea/engine';
      export { fromPretrained } from 'fovea/pretrained';
      export { BERT } from 'fovea/models/bert';`,
    budget: 120_000,
  },
  'generation with Llama': {
    code: `export { createEngine } from 'fovea/engine';
      export { fromPretrained } from 'fovea/pretrained';
      export { LLAMA } from 'fovea/models/llama';`,
    budget: 100_000,
  },
  'attention alone': {
    code: `export { createEngine } from 'fovea/engine';
      import { scaledDotProductAttention } from 'fovea/ops';
      export { scaledDotProductAttention };`,
    budget: 62_000,
  },
  'engine alone': { code: `export { createEngine } from 'fovea/engine'`, budget: 58_000 },
  // What follows is without the module.
  ops: { code: `export * from 'fovea/ops'`, budget: 29_000, noWasm: true },
  nn: { code: `export * from 'fovea/nn'`, budget: 34_000, noWasm: true },
  optim: { code: `export * from 'fovea/optim'`, budget: 8_000, noWasm: true },
  // What a page carries of a model in a worker.
  'page of a worker': { code: `export { fromPretrained } from 'fovea/worker'`, budget: 4_500, noWasm: true },
  // The module is inlined here.
  'engine of a page, inlined': { code: `export { createEngine } from 'fovea'`, budget: 62_000, noWasm: true },
  'all for a page, inlined': { code: `export * from 'fovea'`, budget: 143_000, noWasm: true },
};
const WASM_BUDGET = 60_000;

const gz = (bytes) => gzipSync(bytes, { level: 9 }).length;

/** @param {Entry} entry */
async function javascriptOf({ code, external = [] }) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['@huggingface/jinja', ...external],
    write: false,
  });
  return gz(outputFiles[0].contents);
}

const wasm = gz(await readFile(`${root}build/simd.wasm`));
const rows = await Promise.all(
  Object.entries(ENTRIES).map(async ([name, entry]) => {
    const js = await javascriptOf(entry);
    return { name, js, total: js + (entry.noWasm ? 0 : wasm), budget: entry.budget };
  }),
);
rows.unshift({ name: 'wasm simd', js: 0, total: wasm, budget: WASM_BUDGET });

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
if (process.argv.includes('--json')) console.log(JSON.stringify({ gzip: rows }));
else
  for (const { name, js, total, budget } of rows) {
    const parts = js === 0 || js === total ? '' : `  (JavaScript ${kB(js)})`;
    console.log(`${name.padEnd(28)}${kB(total).padStart(9)} gzipped of ${kB(budget).padStart(8)}${parts}`);
  }
const over = rows.filter(({ total, budget }) => total > budget);
if (over.length > 0) {
  console.error(`over budget: ${over.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}
