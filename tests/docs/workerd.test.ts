// The docs' Workers, run in workerd.  Each answers one request with text that a seed determines: it must be the text
// that the same call gives here.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createEngine, fromPretrained } from '../../src/node.js';
import { programOf } from '../runtimes/install.mjs';
import { blocks, root } from './pages.js';

const there = programOf('workerd') !== undefined;
if (!there)
  console.warn('!! no workerd here (npm run test:runtimes installs it): the docs\u2019 Workers are NOT run');

(there ? describe : describe.skip)('blocks that run in workerd', () => {
  test.each(blocks(({ place }) => place === 'workerd'))('$title', async ({ code }) => {
    const folder = mkdtempSync(join(tmpdir(), 'fovea-docs-'));
    // Below the package, so that its name leads to itself.
    const entry = join(root, '.cache/docs-worker.ts');
    try {
      mkdirSync(join(root, '.cache'), { recursive: true });
      writeFileSync(entry, code);
      const args = ['tests/docs/worker.mjs', entry, folder];
      const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
      if (stdout === '') throw new Error(stderr);
      const { status, body } = JSON.parse(stdout) as { status: number; body: string };
      expect({ status, body: status === 200 ? '' : body }).toEqual({ status: 200, body: '' });

      using engine = await createEngine();
      const { generate } = await fromPretrained(engine, './models/shakespeare', { dtype: 'q8' });
      const { text } = await generate('ROMEO:', { maxNewTokens: 20, seed: 1 }).result();
      expect(JSON.parse(body)).toEqual({ text });
    } finally {
      rmSync(folder, { recursive: true, force: true });
      rmSync(entry, { force: true });
    }
  });
});
