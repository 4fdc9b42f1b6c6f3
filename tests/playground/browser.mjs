// Starts the machine's Chromium with nothing of anybody's in it, and says loudly where there is none.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CHROMIUM_FLAGS, chromiumPath } from '../../scripts/chromium.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The driver is a package beside this file, installed when it is first needed, by one process at a time. */
async function driver() {
  const lock = `${here}.installing`;
  for (let waited = 0; !existsSync(`${here}node_modules/.package-lock.json`) || existsSync(lock); waited++) {
    if (waited > 600) throw new Error(`${lock} is in the way: remove it if nothing is being installed`);
    try {
      mkdirSync(lock);
    } catch {
      await new Promise((done) => setTimeout(done, 200));
      continue;
    }
    try {
      const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
      const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
      const { status } = spawnSync(npm, args, { cwd: here, stdio: ['ignore', 2, 2] });
      if (status !== 0) throw new Error('the browser driver could not be installed');
    } finally {
      rmdirSync(lock);
    }
  }
  return import('playwright-core');
}

/** The checker of accessibility, to be run in a page. */
export async function axeSource() {
  await driver();
  return readFile(`${here}node_modules/axe-core/axe.min.js`, 'utf8');
}

/** @returns {Promise<import('playwright-core').Browser>} with a profile of its own that goes with it */
export async function launchChromium() {
  const executablePath = chromiumPath();
  if (!executablePath) throw new Error('no Chromium on this machine: install one, or name it in CHROMIUM');
  const { chromium } = await driver();
  return chromium.launch({ executablePath, headless: true, args: CHROMIUM_FLAGS });
}
