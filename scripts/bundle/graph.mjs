// Which modules the entry points consist of, and which names each takes from which other.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * @typedef {object} Import
 * @property {string} to file
 * @property {string[]} names as they are called there; all of them for `export *`
 *
 * @typedef {object} Module
 * @property {Import[]} imports static ones, of files of this package
 * @property {Record<string, unknown>} exports
 */

// As tsc writes them.
const IMPORT = /^(?:import|export) (?:\{([^}]*)\}|\* as \w+|\*) from '(\.[^']+)';$/gm;

/**
 * Everything that can be reached by static imports.
 * @param {Iterable<string>} roots files
 * @returns {Promise<Map<string, Module>>} by file
 */
export async function readGraph(roots) {
  /** @type {Map<string, Module>} */
  const modules = new Map();
  const visit = async (file) => {
    if (modules.has(file)) return;
    const module = { imports: [], exports: {} };
    modules.set(file, module);
    module.exports = await import(pathToFileURL(file).href);
    for (const [, names, from] of (await readFile(file, 'utf8')).matchAll(IMPORT)) {
      const to = join(dirname(file), from);
      await visit(to);
      const taken = names?.split(',').map((name) => name.trim().split(' as ')[0]);
      module.imports.push({
        to,
        names: taken?.filter(Boolean) ?? Object.keys(modules.get(to)?.exports ?? {}),
      });
    }
  };
  for (const root of roots) await visit(root);
  return modules;
}

/**
 * These files and all that they import.
 * @param {Map<string, Module>} modules
 * @param {Iterable<string>} files
 * @returns {Set<string>}
 */
export function closure(modules, files) {
  const seen = new Set();
  const visit = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { to } of modules.get(file)?.imports ?? []) visit(to);
  };
  for (const file of files) visit(file);
  return seen;
}
