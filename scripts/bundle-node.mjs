// For runtimes that load files from a disk one by one, what the package consists of put together in a few: importing
// two hundred modules takes Node longer than everything else from start to first result.  Bundlers go on taking the
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

const all = [];
const entries = new Map();
for (const [entry, module] of modules) {
  const names = Object.keys(await import(pathToFileURL(module).href));
  const inAll = (name) => `${entry.replace(/\W/g, '_')}$${name}`;
  all.push(`export { ${names.map((name) => `${name} as ${inAll(name)}`)} } from ${JSON.stringify(module)};`);
  entries.set(
    entry,
    `export { ${names.map((name) => `${inAll(name)} as ${name}`)} } from '../modules/fovea.js';\n`,
  );
}

const out = `${root}dist/bundle/`;
await rm(out, { recursive: true, force: true });
await build({
  stdin: { contents: all.join('\n'), resolveDir: root, sourcefile: 'fovea.js' },
  // Two folders deep, as are the modules that name files by their place (runtime/node/).
  outdir: out,
  entryNames: 'modules/fovea',
  chunkNames: 'modules/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  packages: 'external',
  // Names stay, for those who read a stack trace.
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  plugins: [
    {
      // What runs in workers is not bundled and throws errors too: their classes must be the same ones.
      name: 'errors stay a module',
      setup({ onResolve }) {
        onResolve({ filter: /\/errors\.js$/ }, () => ({
          path: '../../errors.js',
          external: true,
          sideEffects: false,
        }));
      },
    },
  ],
});
await mkdir(`${out}entries`);
for (const [entry, code] of entries) {
  await writeFile(`${out}entries/${entry}.js`, code);
  // For those inside this repository who name the file; everybody else gets `types` of package.json.
  const module = relative(`${out}entries`, modules.get(entry));
  await writeFile(`${out}entries/${entry}.d.ts`, `export * from '${module}';\n`);
}
