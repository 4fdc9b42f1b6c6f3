// The core's size, gzipped: the simd module and the JavaScript that an application bundles with it.
// `npm run size` prints it and fails above the promise; `--json` prints it for machines.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const BUDGET = { 'wasm simd': 60_000, total: 100_000 }; // bytes, gzipped

const gz = (bytes) => gzipSync(bytes, { level: 9 }).length;

/** Everything fovea/core exports, minified, with its dependencies; tokenizers and templates stay outside. */
const bundle = await build({
  entryPoints: [`${root}dist/core.js`],
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  external: ['@huggingface/tokenizers', '@huggingface/jinja'],
  write: false,
});

const sizes = {
  'wasm simd': gz(await readFile(`${root}build/simd.wasm`)),
  'wasm relaxed': gz(await readFile(`${root}build/relaxed.wasm`)),
  js: gz(bundle.outputFiles[0].contents),
};
sizes.total = sizes['wasm simd'] + sizes.js;

if (process.argv.includes('--json')) console.log(JSON.stringify({ gzip: sizes, budget: BUDGET }));
else
  for (const [name, bytes] of Object.entries(sizes)) {
    const budget = BUDGET[name] ? ` of ${(BUDGET[name] / 1000).toFixed(0)} kB` : '';
    console.log(`${name.padEnd(14)}${(bytes / 1000).toFixed(1).padStart(7)} kB gzipped${budget}`);
  }
const over = Object.keys(BUDGET).filter((name) => sizes[name] > BUDGET[name]);
if (over.length > 0) {
  console.error(`over budget: ${over.join(', ')}`);
  process.exit(1);
}
