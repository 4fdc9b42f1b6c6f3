// What lies beside the package's JavaScript on a disk: the modules and the script that workers run.
import type { Build } from '../../kernels.js';
import type { Team } from '../threads.js';

/**
 * Written out one by one: bundlers that follow such words (webpack, Turbopack) bring the files along.  A name with
 * a hole in it they fill with any file that fits.
 */
const BUILDS: Readonly<Record<Build, () => URL>> = {
  simd: () => new URL('../../../build/simd.wasm', import.meta.url),
  dot: () => new URL('../../../build/dot.wasm', import.meta.url),
  relaxed: () => new URL('../../../build/relaxed.wasm', import.meta.url),
  threads: () => new URL('../../../build/threads.wasm', import.meta.url),
  'dot-threads': () => new URL('../../../build/dot-threads.wasm', import.meta.url),
  'relaxed-threads': () => new URL('../../../build/relaxed-threads.wasm', import.meta.url),
};

/** The bytes of a build.  Without an import where this Node can do so (20.16 on): it takes as long as the reading. */
export async function readBuild(build: Build): Promise<Uint8Array<ArrayBuffer>> {
  const fs = process.getBuiltinModule?.('node:fs');
  if (fs) return fs.readFileSync(BUILDS[build]());
  const { readFile } = await import('node:fs/promises');
  return readFile(BUILDS[build]());
}

/**
 * Node's threads, if there are to be any: what they need takes Node longer to load than a first result.  Named from
 * the package's root: the workers are the built ones even where this file runs from src/.
 */
export async function builtTeam(threads: number | 'auto' = 1): Promise<Team | undefined> {
  if (threads === 1) return undefined;
  const [{ teamOf }, { nodeWorkers }] = await Promise.all([import('../team.js'), import('./workers.js')]);
  return teamOf(nodeWorkers(new URL('../../../dist/runtime/node/worker.js', import.meta.url)));
}
