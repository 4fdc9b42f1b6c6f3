// Compiles assembly/ to build/<variant>.wasm (the variants are the targets of asconfig.json) and
// writes the TypeScript face of the export list, so that it can never drift from the kernels.
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

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

await mkdir(`${root}build`, { recursive: true });
await mkdir(`${root}src/generated`, { recursive: true });
await Promise.all(Object.keys(targets).map(compile));
await writeFile(`${root}src/generated/kernels.ts`, face(await readFile(`${root}build/simd.d.ts`, 'utf8')));
