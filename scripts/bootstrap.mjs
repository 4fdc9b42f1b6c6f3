// Makes a fresh clone ready: installs what the lock file says and builds what is older than its source.
// Does nothing, fast, when there is nothing to do.  With --quiet it says nothing either.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const quiet = process.argv.includes('--quiet');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

function run(what, args) {
  if (!quiet) console.error(`${what} …`);
  // The output goes to stderr, so that `npm start | …` pipes only what the program prints.
  const { status } = spawnSync(npm, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

const time = (path) => (existsSync(root + path) ? statSync(root + path).mtimeMs : 0);

/** The newest modification below a folder. */
function newest(folder, skip = '') {
  let latest = 0;
  for (const entry of readdirSync(root + folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (path !== skip) latest = Math.max(latest, entry.isDirectory() ? newest(path, skip) : time(path));
  }
  return latest;
}

if (time('node_modules/.package-lock.json') < time('package-lock.json'))
  // Not `npm ci`: a registry mirror may lack the optional packages of other platforms, and ci then refuses
  // the lock file.  This installs the locked versions just the same and leaves the lock file alone.
  run('installing', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);

const wasm = Math.min(time('build/dot.wasm'), time('build/relaxed.wasm'));
if (
  wasm < Math.max(newest('assembly'), time('asconfig.json')) ||
  !existsSync(`${root}src/generated/kernels.ts`)
)
  run('compiling the kernels', ['run', '-s', 'build:wasm']);

if (
  time('dist/bundle/entries/node.js') <
  Math.max(
    newest('src', 'src/generated'),
    time('build/relaxed.wasm'),
    time('tsconfig.build.json'),
    time('scripts/bundle-node.mjs'),
    newest('scripts/bundle'),
    time('package.json'),
  )
)
  run('compiling TypeScript', ['run', '-s', 'build:ts']);
