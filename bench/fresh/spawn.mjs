import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const child = fileURLToPath(new URL('child.mjs', import.meta.url));

/**
 * One measurement of child.mjs in a process of its own.
 * @param {...string} args
 * @returns {Promise<Record<string, number>>}
 */
export async function fresh(...args) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--no-warnings', child, ...args],
    {
      maxBuffer: 1 << 20,
    },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
