// Compiles assembly/ to build/<variant>.wasm (the variants are the targets of asconfig.json) and
// writes the TypeScript face of the export list, so that it can never drift from the kernels.
// Does nothing when neither sources nor settings have changed since the last time.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { delta } from './delta.mjs';
import { numberLocals, numbersOf } from './number-locals.mjs';
import { orderAlong, orderFunctions } from './order-functions.mjs';
import { poolConstants } from './pool-constants.mjs';
import { shareMemory } from './share-memory.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
const { targets } = JSON.parse(await readFile(`${root}asconfig.json`, 'utf8'));

const compile = (target) =>
  new Promise((done, fail) => {
    spawn(process.execPath, [asc, '--target', target], { cwd: root, stdio: 'inherit' }).on('exit', (code) =>
      code === 0 ? done() : fail(new Error(`asc --target ${target} exited with ${code}`)),
    );
  });

/** asc's raw bindings list each export as a function with JSDoc'd wasm types; all of them are numbers. */
function face(dts) {
  const start = dts.indexOf('declare namespace __AdaptedExports');
  const body = dts.slice(start);
  const methods = [];
  for (const m of body.matchAll(
    /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\s*export function (\w+)\(([^)]*)\): (\w+);/g,
  )) {
    methods.push(`  ${m[1].replace(/\s*\n\s*/g, '\n  ')}\n  ${m[2]}(${m[3]}): ${m[4]};`);
  }
  if (methods.length === 0) throw new Error('no exports found in the bindings that asc wrote');
  return `// Written by scripts/build-wasm.mjs from assembly/index.ts.  Do not edit, do not commit.
export interface Kernels {
${methods.join('\n')}
}
`;
}

/** What the outputs are made from. */
async function fingerprint() {
  const hash = createHash('sha256');
  const entries = await readdir(`${root}assembly`, { recursive: true });
  const sources = entries.filter((f) => f.endsWith('.ts')).sort();
  const scripts = [
    'alike',
    'build-wasm',
    'delta',
    'number-locals',
    'order-functions',
    'pool-constants',
    'share-memory',
    'wasm-code',
  ].map((f) => `scripts/${f}.mjs`);
  const others = ['asconfig.json', 'package-lock.json', ...scripts];
  for (const file of [...sources.map((f) => `assembly/${f}`), ...others])
    hash.update(`${file}\0`).update(await readFile(root + file));
  return hash.digest('hex');
}

/** Where most of the time goes, and what quantizes, of which builds differ: what was measured stays, byte for byte. */
const HOT = [
  ...['gemm_f32', 'gemm_f32_batched', 'attention_f32', 'attention_kv_f32'],
  ...['activation_f32', 'glu_f32'],
  ...['gemm_quant_f32', 'gemm_quant_rows', 'gemm_quant_pack', 'gemm_quant_unpack'],
];

/** The builds for threads, and the target that each is made from; see share-memory.mjs. */
const shared = { threads: 'simd', 'dot-threads': 'dot', 'relaxed-threads': 'relaxed' };

const outputs = [
  ...[...Object.keys(targets), ...Object.keys(shared)].map((name) => `build/${name}.wasm`),
  'src/generated/kernels.ts',
  'src/generated/simd.ts',
  'build/fingerprint',
];

async function copyAll(from, to) {
  for (const file of outputs) {
    await mkdir(dirname(to + file), { recursive: true });
    await copyFile(from + file, to + file);
  }
}

const now = await fingerprint();
const current = await readFile(`${root}build/fingerprint`, 'utf8').catch(() => '');
const complete = outputs.every((file) => existsSync(root + file));
// What was compiled before is kept beside the dependencies, so that switching branches costs nothing.
const kept = `${root}node_modules/.cache/fovea/${now.slice(0, 16)}/`;
if (complete && current === now) process.exit();
if (existsSync(`${kept}build/fingerprint`)) await copyAll(kept, root);
else {
  await mkdir(`${root}build`, { recursive: true });
  await mkdir(`${root}src/generated`, { recursive: true });
  await Promise.all(Object.keys(targets).map(compile));
  const read = (build) => readFile(`${root}build/${build}.wasm`);
  const raw = await read('simd');
  const { numbers, order } = numbersOf(raw, HOT);
  for (const target of Object.keys(targets)) {
    const wasm = await read(target);
    const along = target === 'simd' ? order : orderAlong(order, raw, wasm);
    // Who has relaxed SIMD has, as a rule, a V8 that makes constants anew in loops.
    const numbered = numberLocals(wasm, numbers);
    const ours = target === 'simd' ? numbered : poolConstants(numbered);
    await writeFile(`${root}build/${target}.wasm`, orderFunctions(ours, along));
  }
  for (const [name, target] of Object.entries(shared))
    await writeFile(`${root}build/${name}.wasm`, shareMemory(await read(target)));
  await writeFile(`${root}src/generated/kernels.ts`, face(await readFile(`${root}build/simd.d.ts`, 'utf8')));
  const [simd, dot, sharing, dotSharing] = await Promise.all(
    ['simd', 'dot', 'threads', 'dot-threads'].map(read),
  );
  const differing = [...simd.keys()].filter((i) => simd[i] !== sharing[i]);
  const at = differing[0];
  if (differing.length !== 1 || dot[at] !== simd[at] || dotSharing[at] !== sharing[at])
    throw new Error('builds for threads should differ in one byte, the same in all');
  const text = (bytes) => gzipSync(bytes, { level: 9 }).toString('base64');
  await writeFile(
    `${root}src/generated/simd.ts`,
    `// Written by scripts/build-wasm.mjs, gzipped; see src/inlined.ts.
/** build/simd.wasm. */
export const simd = '${text(simd)}';
/** What makes build/dot.wasm of it. */
export const dot = '${text(delta(simd, dot))}';
/** The one byte that the builds for threads have otherwise. */
export const sharing = { at: ${at}, byte: ${sharing[at]} };
`,
  );
  await writeFile(`${root}build/fingerprint`, now);
  await copyAll(root, kept);
}
