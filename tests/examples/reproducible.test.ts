// Training runs as they are started from the command line, in processes of their own: the same seed gives the same bits,
// also when the run is stopped and continued; another seed does not.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Trains for six steps, or until `until`, and prints a digest of all weights. */
const SCRIPT = `
import { createHash } from 'node:crypto';
import { createEngine } from './dist/node.js';
import { train } from './examples/train/lib/trainer.mjs';
const [name, make, seed, folder, until] = process.argv.slice(1);
const engine = await createEngine();
const { task } = (await import('./examples/train/' + name + '/task.mjs'))[make](engine, Number(seed), 6);
delete task.evaluate;
const run = await train(task, { folder, until: Number(until), log: () => {} });
const hash = createHash('sha256');
for (const [key, t] of task.model.stateDict()) hash.update(key).update(new Uint8Array(t.toArray().buffer));
console.log(JSON.stringify({ step: run.step, digest: hash.digest('hex') }));
`;

describe.each([
  ['sort', 'sortTask'],
  ['dates', 'datesTask'],
])('%s', (name, make) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fovea-train-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = async (seed: number, into: string, until = 6): Promise<{ step: number; digest: string }> => {
    const args = [
      '--input-type=module',
      '-e',
      SCRIPT,
      name,
      make,
      String(seed),
      join(folder, into),
      String(until),
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    return JSON.parse(stdout);
  };

  test('twice the same bits, stopped and continued too, and others for another seed', async () => {
    const first = await run(1, 'first');
    expect(first.step).toBe(6);
    expect(await run(1, 'second')).toEqual(first);
    expect((await run(1, 'stopped', 3)).step).toBe(3);
    expect(await run(1, 'stopped')).toEqual(first);
    expect((await run(2, 'other')).digest).not.toBe(first.digest);
  });
});
