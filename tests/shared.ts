// Reference material that lies beside the project, not in it.  A fresh clone elsewhere does not have it:
// what needs it is then skipped, and says so.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../shared/', import.meta.url));

/** Absolute path of a file or folder of the shared material. */
export function sharedPath(path: string): string {
  return root + path;
}

export function readShared(path: string): string {
  return readFileSync(sharedPath(path), 'utf8');
}

/** A `describe` over shared material at `path`; skipped, with a warning, where it is not there. */
export function describeShared(name: string, path: string, body: () => void): void {
  if (existsSync(sharedPath(path))) describe(name, body);
  else {
    process.stderr.write(`SKIPPED: ${name}: ../shared/${path} is not here\n`);
    // The body is not run: it reads files at definition time.
    describe.skip(name, () => placeholder(path));
  }
}

function placeholder(path: string): void {
  // jest wants at least one test in a suite, and counts it as skipped.
  test(`needs ../shared/${path}`, () => undefined);
}
