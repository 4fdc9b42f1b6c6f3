// For runtimes that load files from a disk one by one, what the package consists of put together in a few: importing
// two hundred modules takes Node longer than everything else from start to first result, and so does reading all of
// them where most are not needed.  The first file has what an engine and a matrix product take, and every class that
// is exported; the others are read when something of them is first used (bundle/open.js).  Bundlers go on taking the
// modules themselves, of which they leave out what an application does not use.
//
// Which entry points have such a file stands in package.json: those whose `node` target lies in dist/bundle/entries/.
// All draw from the same files, so that a class is the same class by whichever of them it is imported.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { doorsOf } from './bundle/doors.mjs';
import { readGraph } from './bundle/graph.mjs';
import { Parts } from './bundle/parts.mjs';
import { writeFirst, writePart } from './bundle/write.mjs';

/**
 * What reads files at once, which a Node before 20.16 or 22.3 only imports.  Later ones hand it out when it is asked for
 * (they know the condition `module-sync`, whose entry points are in recent/): importing it takes half a millisecond.
 */
const REQUIRE = `import { createRequire } from 'node:module';
import { parts as all } from '../modules/fovea.js';
all.createRequire = createRequire;
`;

const root = fileURLToPath(new URL('..', import.meta.url));
const { exports } = JSON.parse(await readFile(`${root}package.json`, 'utf8'));

/** The modules behind the entry points that have one for Node in particular. */
const DOORS = { node: 'dist/node.js', deno: 'dist/deno.js' };

/** @type {Map<string, string>} */
const modules = new Map();
const leaves = (target) => (typeof target === 'string' ? [target] : Object.values(target).flatMap(leaves));
for (const target of Object.values(exports))
  for (const path of leaves(target))
    if (path.startsWith('./dist/bundle/entries/')) {
      const name = basename(path, '.js');
      modules.set(name, join(root, DOORS[name] ?? target.default));
    }

const parts = new Parts(`${root}dist/`, await readGraph(modules.values()));
const doors = doorsOf(parts, modules);
parts.wantImports();

const out = `${root}dist/bundle/`;
await rm(out, { recursive: true, force: true });
await mkdir(`${out}modules`, { recursive: true });
await writeFirst(`${out}modules/fovea.js`, parts, doors.exports);
for (const part of parts.names) await writePart(`${out}modules/${part}.cjs`, parts, part);
for (const folder of ['entries', 'recent']) {
  await mkdir(`${out}${folder}`);
  for (const [entry, code] of doors.entries) {
    await writeFile(`${out}${folder}/${entry}.js`, folder === 'recent' ? code : `${REQUIRE}${code}`);
    // For those inside this repository who name the file; everybody else gets `types` of package.json.
    const module = relative(`${out}${folder}`, modules.get(entry));
    await writeFile(`${out}${folder}/${entry}.d.ts`, `export * from '${module}';\n`);
  }
}
