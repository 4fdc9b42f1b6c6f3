// npm run test:package: what the tarball promises to resolvers, bundlers and edge runtimes, checked on the tarball.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { installRuntimes, programOf } from './install.mjs';
import { installPacked } from './pack.mjs';
import { run } from './process.mjs';
import { writeReport } from './report.mjs';
import { buildWorker, serveWorker } from './workerd.mjs';

const tool = (path) => fileURLToPath(new URL(`node_modules/${path}`, import.meta.url));

installRuntimes();
const { folder, tarball, remove } = installPacked();
const installed = join(folder, 'node_modules/fovea');
const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
const subpaths = Object.keys(manifest.exports).map((path) => path.replace(/^\./, 'fovea'));
const wasm = subpaths.filter((path) => path.endsWith('.wasm'));
const patterns = subpaths.filter((path) => path.endsWith('/*'));
const scripts = subpaths.filter((path) => !/\.(wasm|json)$|\*$/.test(path));
/** Those that a page or an edge runtime can load as modules; a worker's script only makes sense in a worker. */
const portable = scripts.filter((path) => !['fovea/thread', 'fovea/worker/script'].includes(path));
const files = readdirSync(installed, { recursive: true }).map(String);
const importAll = portable.map((path, i) => `import * as m${i} from '${path}';`).join('\n');
const counts = `[${portable.map((_, i) => `Object.keys(m${i}).length`)}]`;

/** Each throws, or tells in a word what it has seen. */
const CHECKS = {
  publint: () =>
    run(process.execPath, [tool('publint/src/cli.js'), 'run', tarball, '--strict']).then(() => 'clean'),

  async 'are the types wrong'() {
    const args = ['--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--exclude-entrypoints'];
    const excluded = wasm.map((path) => path.replace('fovea/', ''));
    await run(process.execPath, [tool('@arethetypeswrong/cli/dist/index.js'), tarball, ...args, ...excluded]);
    return 'clean';
  },

  async 'every subpath resolves and loads in Node'() {
    const code = `${importAll}
const { existsSync, readdirSync } = await import('node:fs');
const { fileURLToPath } = await import('node:url');
if (${counts}.includes(0)) throw new Error('a module without exports');
for (const path of ${JSON.stringify(wasm)}) if (!existsSync(fileURLToPath(import.meta.resolve(path)))) throw new Error(path);
for (const path of ${JSON.stringify(patterns)}) {
  const config = fileURLToPath(import.meta.resolve(path.replace('*', 'config.json')));
  if (!existsSync(config)) throw new Error(path);
}`;
    writeFileSync(join(folder, 'subpaths.mjs'), code);
    await run(process.execPath, ['subpaths.mjs'], { cwd: folder });
    return `${subpaths.length} subpaths`;
  },

  // The same class by whichever way it comes, or instanceof would say no; errors also where workers throw them.
  async 'one copy of everything in Node'() {
    const code = `import * as fovea from 'fovea';
import * as core from 'fovea/core';
import { createEngine } from 'fovea/engine';
import { Linear } from 'fovea/nn';
import { softmax } from 'fovea/ops';
import { AdamW } from 'fovea/optim';
import * as worker from 'fovea/worker';
import { BertModel, BERT } from 'fovea/models/bert';
import { EngineError } from './node_modules/fovea/dist/errors.js';
const same = [
  fovea.Tensor === core.Tensor,
  fovea.nn.Linear === Linear,
  fovea.F.softmax === softmax,
  fovea.optim.AdamW === AdamW,
  fovea.EngineError === EngineError,
  worker.EngineError === EngineError,
  BertModel.prototype instanceof fovea.EncoderModel,
  fovea.ALL_MODELS.bert === BERT.bert,
  await createEngine({}).catch((error) => error instanceof fovea.ArgumentError),
];
if (same.includes(false)) throw new Error(String(same));`;
    writeFileSync(join(folder, 'copies.mjs'), code);
    await run(process.execPath, ['copies.mjs'], { cwd: folder });
    return 'by eight ways';
  },

  async 'the files for Node hand out what the modules do'() {
    const code = `import { readFileSync } from 'node:fs';
const { exports } = JSON.parse(readFileSync('./node_modules/fovea/package.json', 'utf8'));
const rooms = [];
for (const { node, deno } of Object.values(exports)) {
  if (node?.module) rooms.push([node.default, node.module], [node['module-sync'], node.module]);
  if (deno) rooms.push([deno, './dist/deno.js']);
}
const isRoom = (value) => value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === null;
// A stack trace and an error name a class; with an underscore where it speaks of itself.
const called = (value) => (/^class/.test(value) ? ' class ' + value.name.replace(/^_/, '') : '');
const namesOf = (module) => Object.keys(module).sort().map((name) => name + (isRoom(module[name]) ? '{' + namesOf(module[name]) + '}' : called(module[name])));
let count = 0;
for (const room of rooms) {
  const [bundled, plain] = await Promise.all(room.map((file) => import('./node_modules/fovea/' + file).then(namesOf)));
  if (bundled.join() !== plain.join()) throw new Error(room[0] + ': ' + bundled + ' and not ' + plain);
  count += bundled.join().split(',').length;
}
if (rooms.length < 10 || count < 500) throw new Error(rooms.length + ' entry points, ' + count + ' names');
console.log(count);`;
    writeFileSync(join(folder, 'names.mjs'), code);
    return `${(await run(process.execPath, ['names.mjs'], { cwd: folder })).trim()} names`;
  },

  async 'Node reads the first file, and others when something of them is used'() {
    const code = `import { createRequire } from 'node:module';
import { createEngine, F, memorySource, nn, optim, ALL_MODELS, PointerModel } from 'fovea';
const read = () =>
  Object.keys(createRequire(import.meta.url).cache)
    .filter((path) => path.includes('bundle'))
    .map((path) => path.split(/[\\\\/]/).at(-1))
    .join();
const seen = [];
const engine = await createEngine();
const x = engine.ones([2, 3]);
if (F.linear(x, F.PackedMatrix.from(engine.ones([4, 3]))).data[7] !== 3) throw new Error('a wrong product');
if (!(F.matmul(x, engine.ones([3, 4])) instanceof x.constructor) || 'own' in nn) throw new Error('a wrong class');
seen.push(read());
if (F.softmax(x, -1).data[0] !== F.softmax(x, -1).data[5]) throw new Error('a wrong softmax');
seen.push(read());
if (new nn.Linear(engine.arena, 3, 4).forward(x).shape[1] !== 4) throw new Error('a wrong layer');
seen.push(read());
if (!(new optim.SGD([x], { lr: 1 }) instanceof optim.Optimizer)) throw new Error('a wrong optimizer');
seen.push(read());
if (!memorySource([['config.json', '{}']]).read || !ALL_MODELS.bert) throw new Error('a wrong source');
seen.push(read());
if (seen.join(' ') !== ' ops.cjs ops.cjs,nn.cjs ops.cjs,nn.cjs,optim.cjs ops.cjs,nn.cjs,optim.cjs,models.cjs')
  throw new Error(seen.join(' '));`;
    writeFileSync(join(folder, 'late.mjs'), code);
    await run(process.execPath, ['late.mjs'], { cwd: folder });
    return '4 others';
  },

  async 'a bundler for Node takes the modules, or what it makes says what it lacks'() {
    const contents = `import { createEngine, F } from 'fovea';
F.softmax((await createEngine()).ones([2, 3]), -1);`;
    const outfile = join(folder, 'bundled.mjs');
    const bundle = (conditions) =>
      build({
        stdin: { contents, resolveDir: folder },
        bundle: true,
        format: 'esm',
        platform: 'node',
        external: ['@huggingface/jinja'],
        outfile,
        ...conditions,
      });
    await bundle();
    await run(process.execPath, [outfile], { cwd: folder });
    // Conditions of one's own take the place of esbuild's, `module` among them.
    await bundle({ conditions: ['mine'] });
    const said = await run(process.execPath, [outfile], { cwd: folder }).catch(String);
    if (!said.includes("condition 'module'"))
      throw new Error(`it should have failed, with a reason: ${said}`);
    return 'esbuild';
  },

  async 'an older Node reads them by what its entry points bring'() {
    const code = `delete process.getBuiltinModule;
const { createEngine, F, memorySource } = await import('./node_modules/fovea/dist/bundle/entries/node.js');
if (!memorySource([]).read) throw new Error('a wrong source');
F.softmax((await createEngine()).ones([2, 3]), -1);
if (!(await import('./node_modules/fovea/dist/bundle/entries/nn.js')).Linear) throw new Error('no layer');`;
    writeFileSync(join(folder, 'older.mjs'), code);
    await run(process.execPath, ['older.mjs'], { cwd: folder });
    return 'without getBuiltinModule';
  },

  async 'Deno reads them without permission to read files'() {
    const program = programOf('Deno');
    if (!program) return null;
    const code = `import { createEngine, F, nn } from 'fovea';
using engine = await createEngine();
new nn.Linear(engine.arena, 3, 4).forward(F.softmax(engine.ones([2, 3]), -1));`;
    writeFileSync(join(folder, 'without.mjs'), code);
    const env = { DENO_DIR: join(folder, '.deno'), DENO_NO_UPDATE_CHECK: '1' };
    await run(program, ['run', '--no-prompt', 'without.mjs'], { cwd: folder, env });
    return 'layers';
  },

  // workerd forbids input and output, timers, random values and compiling while modules are evaluated.
  async 'every subpath loads in workerd, where importing may do nothing'() {
    const program = programOf('workerd');
    if (!program) return null;
    const entry = join(folder, 'subpaths-worker.mjs');
    writeFileSync(entry, `${importAll}\nexport default { fetch: () => Response.json(${counts}) };`);
    const worker = await serveWorker(
      program,
      await buildWorker({ entry, out: join(folder, 'subpaths-workerd') }),
    );
    try {
      const got = await (await fetch(worker.url)).json();
      if (got.length !== portable.length || got.includes(0)) throw new Error(`exports: ${got}`);
    } finally {
      worker.program.stop();
    }
    return `${portable.length} modules`;
  },

  // This format has no place for top-level await, so esbuild refuses it.
  async 'no top-level await, no code made from text'() {
    const contents = portable
      .map((path) => `export * as ${path.replace(/\W/g, '_')} from '${path}';`)
      .join('\n');
    const { outputFiles, metafile, warnings } = await build({
      stdin: { contents, resolveDir: folder },
      bundle: true,
      format: 'iife',
      platform: 'browser',
      external: ['@huggingface/jinja'],
      logLevel: 'silent',
      write: false,
      metafile: true,
    });
    const found = /\bFunction\s*\(['"`]|\bnew Function\b/.exec(outputFiles[0].text);
    if (found) throw new Error(`${found[0]} in what a page would load`);
    // direct-eval is among them; a method that is called eval, as PyTorch's, is none.
    if (warnings.length > 0) throw new Error(warnings.map(({ id, text }) => `${id}: ${text}`).join('\n'));
    return `${Object.keys(metafile.inputs).length} files`;
  },

  'no install scripts, no native code, no side effects'() {
    const hooks = ['preinstall', 'install', 'postinstall'].filter((name) => manifest.scripts?.[name]);
    const native = files.filter((file) => /\.(node|gyp|dll|dylib|so)$/.test(file));
    if (hooks.length + native.length > 0 || manifest.sideEffects !== false)
      throw new Error([...hooks, ...native, `sideEffects: ${manifest.sideEffects}`].join(', '));
    return `${files.length} files`;
  },

  'no `any` in the types'() {
    const types = files.filter((file) => file.endsWith('.d.ts'));
    const wrong = types.filter((file) =>
      /\bany\b/.test(
        readFileSync(join(installed, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*|(['"`]).*?\1/g, ''),
      ),
    );
    if (wrong.length > 0) throw new Error(wrong.join(', '));
    return `${types.length} files`;
  },

  // Declarations that only this repository's own settings accept would break an application with stricter ones.
  async 'a strict application type-checks, in both ways of resolving'() {
    const app = `${importAll}
import { createEngine, F, fromPretrained, memorySource } from 'fovea';
import { BERT } from 'fovea/models/bert';
export const all: readonly object[] = [${portable.map((_, i) => `m${i}`)}];
export async function use(bytes: Uint8Array): Promise<Float32Array> {
  using engine = await createEngine({ threads: 'auto' });
  const y = F.softmax(engine.tensor([[1, 2], [3, 4]]), -1);
  const shape: readonly number[] = y.shape;
  const model = await fromPretrained(engine, memorySource([['config.json', bytes]]), { modelTypes: BERT });
  return shape.length > 1 ? model.embed('text') : new Float32Array();
}
`;
    writeFileSync(join(folder, 'app.ts'), app);
    // The one that compiles fovea; older than 5.7 does not know `Uint8Array<ArrayBuffer>`.
    const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
    const base = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022'];
    const lib = ['--lib', 'es2022,esnext.disposable,dom,dom.iterable', 'app.ts'];
    for (const [module, resolution] of [
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ])
      await run(
        process.execPath,
        [tsc, ...base, '--module', module, '--moduleResolution', resolution, ...lib],
        {
          cwd: folder,
        },
      );
    return 'nodenext, bundler';
  },
};

const total = { passed: 0, failed: 0, skipped: 0 };
try {
  for (const [name, check] of Object.entries(CHECKS))
    try {
      const seen = await check();
      total[seen === null ? 'skipped' : 'passed']++;
      console.log(
        seen === null ? `SKIPPED ${name}: its runtime is not installed` : `ok      ${name} (${seen})`,
      );
    } catch (error) {
      total.failed++;
      console.log(`FAILED  ${name}\n${String(error)}`);
    }
} finally {
  remove();
}
writeReport('tarball', total);
console.log(`\npackage: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
