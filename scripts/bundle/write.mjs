// The files of the bundle, put together and made short.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minify } from '@swc/core';
import { build } from 'esbuild';
import { late } from './late.mjs';
import { plainNamespaces } from './namespaces.mjs';

const OPEN = fileURLToPath(new URL('open.js', import.meta.url));
/** The same in every module of the first part that is late. */
const PARTS = '__parts';
const GIVEN = '__given';

/**
 * @param {string} outfile
 * @param {import('./parts.mjs').Parts} parts
 * @param {string[]} exports
 */
export async function writeFirst(outfile, parts, exports) {
  const own = [...(parts.wanted.get('first') ?? [])];
  const contents = [
    `import { parts, room } from 'open';`,
    ...own.map(([as, { file, name }]) => `import { ${name} as own$${as} } from ${JSON.stringify(file)};`),
    `parts.first = { __proto__: null, ${own.map(([as]) => `${as}: own$${as}`).join(', ')} };`,
    ...exports,
  ].join('\n');
  await bundle({ outfile, contents, parts, part: 'first' });
}

/** A script that is a function of the parts that are open, and gives what is wanted of it. */
export async function writePart(outfile, parts, part) {
  const wanted = [...(parts.wanted.get(part) ?? [])];
  const contents = [
    ...wanted.map(([as, { file, name }]) => `import { ${name} as give$${as} } from ${JSON.stringify(file)};`),
    `${GIVEN} = { ${wanted.map(([as]) => `${as}: give$${as}`).join(', ')} };`,
  ].join('\n');
  // In parentheses, which tell V8 that it will be called at once: it reads the others twice.
  const around = [`module.exports=(function(${PARTS}){"use strict";var ${GIVEN};\n`, `return ${GIVEN}});\n`];
  await bundle({ outfile, contents, parts, part, around });
}

async function bundle({ outfile, contents, parts, part, around: [before, after] = ['', ''] }) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: parts.dist, sourcefile: `${part}.js` },
    // Two folders deep, as are the modules that name files by their place (runtime/node/).
    outfile,
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
    plugins: [apart(parts, part, dirname(outfile)), plainNamespaces()],
    write: false,
  });
  const [{ text: sourceMap }, { text }] = outputFiles;
  // What a name costs is the time to read it.  Those of functions and classes stay, for who reads a stack trace; esbuild
  // writes a class as the value of a variable, after which it is called.
  const classes = [...text.matchAll(/(\w+) = class\b/g)].map(([, name]) => name);
  const { code, map } = await minify(text, {
    module: true,
    ecma: 2022,
    compress: false,
    // A character beyond it makes the whole text twice as wide.
    format: { asciiOnly: true },
    mangle: { toplevel: true, keep_classnames: true, keep_fnames: true, reserved: [GIVEN, ...classes] },
    sourceMap: { content: sourceMap },
  });
  await mkdir(dirname(outfile), { recursive: true });
  await writeFile(outfile, `${before}${code}\n${after}//# sourceMappingURL=${basename(outfile)}.map\n`);
  const { mappings, ...rest } = JSON.parse(map ?? '{}');
  const lines = before.replace(/[^\n]/g, '').replaceAll('\n', ';');
  await writeFile(`${outfile}.map`, JSON.stringify({ ...rest, mappings: lines + mappings }));
}

/**
 * What stays outside the file.  Modules of other parts: in the first, what is of them is read late; in the others it
 * is taken from the open parts at the start.  Errors: what runs in workers is not bundled and throws them too, and their
 * classes must be the same ones.  And whatever is imported dynamically, which most programs never need; it shares no
 * class with the bundle but errors.
 * @returns {import('esbuild').Plugin}
 */
function apart(parts, part, folder) {
  const errors = join(parts.dist, 'errors.js');
  const placeOf = (file) => ({ path: relative(folder, file), external: true, sideEffects: false });
  return {
    name: 'apart',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^open$/ }, () => ({ path: OPEN, sideEffects: false }));
      onResolve({ filter: /^[./]/ }, ({ path, resolveDir, kind, namespace }) => {
        const file = path.startsWith('/') ? path : join(resolveDir, path);
        if (kind === 'dynamic-import' || namespace === 'errors') return placeOf(file);
        if (parts.partOf(file) !== part) return { path: file, namespace: 'part', sideEffects: false };
        return file === errors ? { path: 'errors', namespace: 'errors', sideEffects: false } : undefined;
      });
      // By name and in one place, or there would be an import for each of a hundred modules.
      onLoad({ filter: /./, namespace: 'errors' }, () => {
        const names = Object.keys(parts.modules.get(errors)?.exports ?? {});
        return { contents: `export { ${names} } from './errors.js';`, resolveDir: parts.dist };
      });
      onLoad({ filter: /./, namespace: 'part' }, ({ path }) => {
        const taken = parts.taken(part, path).map((name) => `${parts.want(path, name)}: ${name}`);
        return { contents: `export const { ${taken.join(', ')} } = ${PARTS}.${parts.partOf(path)};` };
      });
      onLoad({ filter: /\.js$/, namespace: 'file' }, async ({ path }) => {
        if (part !== 'first' || !parts.isLate(path)) return undefined;
        const code = late(await readFile(path, 'utf8'), (from, name) => {
          const file = join(dirname(path), from);
          return from.startsWith('.') && parts.partOf(file) !== 'first'
            ? `${PARTS}.${parts.partOf(file)}.${parts.want(file, name)}`
            : undefined;
        });
        // What it passes on, the entry points take from where it is made.
        const own = code.replace(/^export [^;]* from '.*';$/gm, '');
        return { contents: `import { parts as ${PARTS} } from 'open'; ${own}`, resolveDir: dirname(path) };
      });
    },
  };
}
