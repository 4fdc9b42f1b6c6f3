// Installs the runtimes that npm has, once, and says where their programs are.  No package's own script is run:
// each brings its program as a file.
import { existsSync, statSync, utimesSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runNpm } from './pack.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const time = (path) => (existsSync(here + path) ? statSync(here + path).mtimeMs : 0);

/** What cannot be had for this machine, or at all, is left out; an error means that npm itself failed. */
export function installRuntimes() {
  if (time('node_modules/.package-lock.json') >= Math.max(time('package.json'), time('package-lock.json')))
    return;
  console.error('installing the runtimes that npm has …');
  // Not `npm ci`: see scripts/bootstrap.mjs.
  runNpm(here, ['install', '--no-save', '--ignore-scripts']);
  // npm leaves it as it is where there was nothing to do.
  utimesSync(`${here}node_modules/.package-lock.json`, new Date(), new Date());
}

const { platform, arch } = process;
const windows = platform === 'win32' ? '.exe' : '';
/** Where each package keeps its program, the one for this machine. */
const PLACES = {
  ...Object.fromEntries(
    [20, 22, 24, 26].map((major) => [`Node ${major}`, `node${major}-${platform}-${arch}/bin/node`]),
  ),
  Deno: `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}/deno${windows}`,
  Bun: `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}/bin/bun${windows}`,
  workerd: `@cloudflare/workerd-${platform}-${arch === 'x64' ? '64' : arch}/bin/workerd${windows}`,
};

/**
 * @param {keyof PLACES} name
 * @returns {string | undefined} the program's path, if it is installed
 */
export function programOf(name) {
  // The Node that runs this will do where there is no other of its age.
  const own = name === `Node ${process.versions.node.split('.')[0]}` ? process.execPath : undefined;
  const path = `${here}node_modules/${PLACES[name]}`;
  return existsSync(path) ? path : own;
}
