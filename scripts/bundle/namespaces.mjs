import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * `export * as F from …` becomes an object that is written out.  esbuild makes one of getters, and several hundred
 * functions that only name a function are a tenth of what is to be read at the start.
 * @returns {import('esbuild').Plugin}
 */
export function plainNamespaces() {
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
