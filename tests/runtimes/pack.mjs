// The package as a user gets it: packed by npm, installed from the tarball into a folder outside this repository,
// so that nothing can be found here that would be missing there.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];

/** @param {string} cwd @param {readonly string[]} args @returns {string} what npm printed */
export function runNpm(cwd, args) {
  const { status, stdout, stderr } = spawnSync(npm, [...args, ...QUIET], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args[0]} failed: ${stderr}`);
  return stdout;
}

/**
 * @typedef {object} Fixture
 * @property {string} folder an application that depends on fovea, with what lies in app/ in it
 * @property {string} tarball
 * @property {string} version
 * @property {() => void} remove
 *
 * @returns {Fixture}
 */
export function installPacked() {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-packed-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const [{ filename, version }] = JSON.parse(
      runNpm(root, ['pack', '--json', '--pack-destination', folder]),
    );
    const dependencies = { fovea: `file:${filename}` };
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'app', private: true, type: 'module', dependencies }),
    );
    runNpm(folder, ['install', '--ignore-scripts', '--prefer-offline']);
    cpSync(fileURLToPath(new URL('app', import.meta.url)), folder, { recursive: true });
    const installed = JSON.parse(readFileSync(join(folder, 'node_modules/fovea/package.json'), 'utf8'));
    if (installed.version !== version) throw new Error('another version than the packed one was installed');
    return { folder, tarball: join(folder, filename), version, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
