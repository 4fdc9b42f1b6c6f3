// For runtimes that load files from a disk one by one, what the package consists of put together in one: importing two
// hundred modules takes Node longer than everything else from start to first result.  Bundlers go on taking the
// modules themselves, of which they leave out what an application does not use.
//
// Which entry points have such a file stands in package.json: those whose `node` target lies in dist/bundle/entries/.
// All draw from one file, so that a class is the same class by whichever of them it is imported.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { minify } from '@swc/core';
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
const { outputFiles } = await build({
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
  minifySyntax: true,
  sourcemap: 'external',
  sourcesContent: false,
  plugins: [apart(), plainNamespaces()],
  write: false,
});
const [{ text: sourceMap }, { text }] = outputFiles;
// What a name costs is the time to read it.  Those of functions and classes stay, for who reads a stack trace.
const { code, map } = await minify(text, {
  module: true,
  ecma: 2022,
  compress: false,
  // A character beyond it makes the whole text twice as wide.
  format: { asciiOnly: true },
  mangle: { toplevel: false, keep_classnames: true, keep_fnames: true },
  sourceMap: { content: sourceMap },
});
await mkdir(`${out}modules`, { recursive: true });
await writeFile(`${out}modules/fovea.js`, `${code}\n//# sourceMappingURL=fovea.js.map\n`);
await writeFile(`${out}modules/fovea.js.map`, map ?? '');
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
        return file === errors ? { path: 'errors', namespace: 'errors', sideEffects: false } : undefined;
      });
      // By name and in one place, or there would be an import for each of a hundred modules.
      onLoad({ filter: /./, namespace: 'errors' }, async () => {
        const names = Object.keys(await import(pathToFileURL(errors).href));
        return { contents: `export { ${names} } from './errors.js';`, resolveDir: join(root, 'dist') };
      });
    },
  };
}

/**
 * `export * as F from …` becomes an object that is written out.  esbuild makes one of getters, and several hundred
 * functions that only name a function are a tenth of what is to be read at the start.
 * @returns {import('esbuild').Plugin}
 */
function plainNamespaces() {
  return {
    name: 'plain namespaces',
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/, namespace: 'file' }, async ({ path }) => {
        const code = await readFile(path, 'utf8');
        const found = [...code.matchAll(/^export \* as (\w+) from '(\..+)';$/gm)];
        if (found.length === 0) return undefined;
        const parts = found.map(async ([, name, from]) => {
          const members = Object.keys(await import(pathToFileURL(join(dirname(path), from)).href));
          const all = members.map((member) => `${member} as ${name}$${member}`);
          const properties = members.map((member) => `${member}: ${name}$${member}`);
          return `import { ${all} } from '${from}';
export const ${name} = /* @__PURE__ */ Object.freeze({ __proto__: null, ${properties} });`;
        });
        const rest = found.reduce((text, [line]) => text.replace(line, ''), code);
        return { contents: [rest, ...(await Promise.all(parts))].join('\n'), resolveDir: dirname(path) };
      });
    },
  };
}
