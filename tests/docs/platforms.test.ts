// The README's table of platforms is the one that the tests of runtimes gave, with every runtime that they test.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

test('the table of platforms is up to date', () => {
  const script = fileURLToPath(new URL('../../scripts/platforms.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});
