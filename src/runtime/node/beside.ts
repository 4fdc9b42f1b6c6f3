// What lies beside the package's JavaScript on a disk: the modules and the script that workers run.
import { readFile } from 'node:fs/promises';
import type { Build } from '../../kernels.js';
import { teamOf } from '../team.js';
import type { Team } from '../threads.js';
import { nodeWorkers } from './workers.js';

/** The bytes of a build. */
export function readBuild(build: Build): Promise<Uint8Array<ArrayBuffer>> {
  return readFile(new URL(`../../../build/${build}.wasm`, import.meta.url));
}

/** Named from the package's root: the workers are the built ones even where this file runs from src/. */
export function builtTeam(): Team {
  return teamOf(nodeWorkers(new URL('../../../dist/runtime/node/worker.js', import.meta.url)));
}
