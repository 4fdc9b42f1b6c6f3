// The API reference can be made: every public name has a docstring, and every link in one leads somewhere.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('npm run docs:api has nothing to complain about', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['docs/tools/api.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stdout + stderr).not.toMatch(/warning|error/i);
  expect(status).toBe(0);
}, 120_000);
