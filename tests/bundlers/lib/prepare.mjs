// The package as users get it: packed, and installed beside the bundlers.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const here = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));

function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} in ${cwd}\n${`${stdout}${stderr}`.slice(-3000)}`);
  return stdout.trim();
}

const time = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
// Not `npm ci`, for the reason told in scripts/bootstrap.mjs.
const INSTALL = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** Installs the bundlers where the lock file is newer than what is there, and always the package as it is now. */
export function prepare() {
  run(process.execPath, ['scripts/bootstrap.mjs', '--quiet'], root);
  if (time(`${here}node_modules/.package-lock.json`) < time(`${here}package-lock.json`)) {
    console.error('installing the bundlers …');
    try {
      run('npm', INSTALL, here);
    } catch (error) {
      console.error(error.message); // what is not there is reported as missing
    }
  }
  mkdirSync(`${here}.out`, { recursive: true });
  const file = run(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', `${here}.out`],
    root,
  );
  run('npm', [...INSTALL, `${here}.out/${file}`], here);
}

/** What `app/node.mjs` prints: the bits that all others must have. */
export function onNode() {
  return JSON.parse(run(process.execPath, ['app/node.mjs'], here));
}
