// For runtimes that load files from a disk one by one, what the package consists of put together in one: importing two
// hundred modules takes Node longer than everything else from start to first result.  Bundlers go on taking the
// modules themselves, of which they leave out what an application does not use.
//
// Which entry points have such a file stands in package.json: those whose `node` target lies in dist/bundle/entries/.
// All draw from one file, so that a class is the same class by whichever of them it is imported.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { exports } = JSON.parse(await readFile(`${root}package.json`, 'utf8'));

/** The modules behind the entry points that have one for Node in particular. */
const DOORS = { node: 'dist/node.js', deno: 'dist/deno.js' };

/** @type {Map<string, string>} */
const modules = new Map();
for (const target of Object.values(exports))
  for (const [condition, path] of Object.entries(target))
    if (typeof path === 'string' && path.startsWith('./dist/bundle/entries/') && condition !== 'bun') {
      const name = basename(path, '.js');
      modules.set(name, join(root, DOORS[name] ?? target.default));
    }

/** What the one file exports: each thing once, by however many entry points it is handed out. */
const all = [];
/** @type {Map<unknown, string>} */
const names = new Map();
const entries = new Map();
for (const [entry, module] of modules) {
  const from = [];
  const handed = [];
  for (const [name, value] of Object.entries(await import(pathToFileURL(module).href))) {
    let inAll = names.get(value);
    if (inAll === undefined) {
      inAll = [...names.values()].includes(name) ? `${entry.replace(/\W/g, '_')}$${name}` : name;
      names.set(value, inAll);
      from.push(`${name} as ${inAll}`);
    }
    handed.push(`${inAll} as ${name}`);
  }
  all.push(`export { ${from.join(', ')} } from ${JSON.stringify(module)};`);
  entries.set(entry, `export { ${handed.join(', ')} } from '../modules/fovea.js';\n`);
}

const out = `${root}dist/bundle/`;
await rm(out, { recursive: true, force: true });
await build({
  stdin: { contents: all.join('\n'), resolveDir: root, sourcefile: 'fovea.js' },
  // Two folders deep, as are the modules that name files by their place (runtime/node/).
  outfile: `${out}modules/fovea.js`,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  // The loader goes in: looking a package up takes as long as compiling the module.
  external: ['@huggingface/*'],
  preserveSymlinks: true,
  // Names stay, for those who read a stack trace.
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  plugins: [apart()],
});
await mkdir(`${out}entries`);
for (const [entry, code] of entries) {
  await writeFile(`${out}entries/${entry}.js`, code);
  // For those inside this repository who name the file; everybody else gets `types` of package.json.
  const module = relative(`${out}entries`, modules.get(entry));
  await writeFile(`${out}entries/${entry}.d.ts`, `export * from '${module}';\n`);
}

/**
 * What stays a module outside the file.  Errors: what runs in workers is not bundled and throws them too, and their
 * classes must be the same ones.  And whatever is imported dynamically, which most programs never need; it shares no
 * class with the file but errors.
 * @returns {import('esbuild').Plugin}
 */
function apart() {
  const errors = join(root, 'dist/errors.js');
  const placeOf = (file) => ({ path: relative(`${out}modules`, file), external: true, sideEffects: false });
  return {
    name: 'apart',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir, kind, namespace }) => {
        const file = join(resolveDir, path);
        if (kind === 'dynamic-import' || namespace === 'errors') return placeOf(file);
        return file === errors ? { path: file, namespace: 'errors', sideEffects: false } : undefined;
      });
      // By name and in one place, or there would be an import for each of a hundred modules.
      onLoad({ filter: /./, namespace: 'errors' }, async () => {
        const names = Object.keys(await import(pathToFileURL(errors).href));
        return { contents: `export { ${names} } from './errors.js';`, resolveDir: join(root, 'dist') };
      });
    },
  };
}
