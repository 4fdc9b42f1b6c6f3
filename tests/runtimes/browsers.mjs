// Browsers as Debian has them, started with nothing but an address to open: the page says by itself what came out.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { CHROMIUM_FLAGS, chromiumPath, onPath } from '../../scripts/chromium.mjs';
import { beforeEnd, start } from './process.mjs';
import { servePage } from './serve.mjs';

/** WebKitGTK's own browser is not on the path. */
function miniBrowser() {
  const library = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/`;
  if (!existsSync(library) || !onPath(['Xvfb'])) return undefined;
  return readdirSync(library)
    .filter((name) => name.startsWith('webkit2gtk-'))
    .map((name) => join(library, name, 'MiniBrowser'))
    .find(existsSync);
}

/** No greeting, no update, no telemetry. */
const FIREFOX_PREFERENCES = {
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.update.enabled': false,
  'app.normandy.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'toolkit.telemetry.enabled': false,
};

/**
 * @typedef {object} Browser
 * @property {string} package what Debian calls it
 * @property {() => string | undefined} find the program, if it is installed
 * @property {(program: string) => string} version
 * @property {boolean} [needsDisplay] it cannot do without a screen, so it gets one that nobody sees
 * @property {(url: string, profile: string) => string[]} args for a new profile in a folder that exists
 */

/** @type {readonly Browser[]} */
export const BROWSERS = [
  {
    package: 'chromium',
    version: versionOf,
    find: chromiumPath,
    args: (url, profile) => [
      ...['--headless', '--disable-dev-shm-usage', ...CHROMIUM_FLAGS],
      ...[`--user-data-dir=${profile}`, url],
    ],
  },
  {
    package: 'firefox-esr',
    version: versionOf,
    find: () => onPath(['firefox-esr', 'firefox']),
    args(url, profile) {
      const lines = Object.entries(FIREFOX_PREFERENCES).map(
        ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
      );
      writeFileSync(join(profile, 'user.js'), lines.join(''));
      return ['--headless', '--no-remote', '--profile', profile, url];
    },
  },
  {
    package: 'webkit2gtk-driver and xvfb',
    // MiniBrowser does not tell its own.
    version: (program) => versionOf('dpkg-query', ['-W', `lib${basename(dirname(program))}-0`]),
    find: miniBrowser,
    needsDisplay: true,
    args: (url) => [url],
  },
];

/** The version that a program states. @param {string} program */
export function versionOf(program, args = ['--version']) {
  const { stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 });
  return /(?:^|\s)v?(\d+([.-]\d+)+)/.exec(stdout ?? '')?.[1] ?? 'unknown';
}

/** A screen in memory. @returns {Promise<{ display: string, stop(): void }>} */
async function openDisplay() {
  const args = ['-displayfd', '3', '-screen', '0', '800x600x24', '-nolisten', 'tcp'];
  const server = start('Xvfb', args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const number = new Promise((done) => {
    server.child.stdio[3].setEncoding('utf8').once('data', (text) => done(text.trim()));
  });
  return { display: `:${await beforeEnd(number, server, 20)}`, stop: server.stop };
}

/**
 * Opens the test page in a browser and waits for what it posts.
 * @param {Browser} browser @param {string} program @param {string} folder the application with fovea installed
 * @param {Map<string, Uint8Array>} scripts of the page @param {{ isolated: boolean }} options
 */
export async function runBrowser(browser, program, folder, scripts, options) {
  const profile = mkdtempSync(join(tmpdir(), 'fovea-profile-'));
  const page = await servePage(folder, scripts, options);
  let screen;
  let started;
  try {
    if (browser.needsDisplay) screen = await openDisplay();
    // All that it keeps lies in the profile: nothing is left behind, and nothing of the user's is touched.
    const env = { HOME: profile, XDG_RUNTIME_DIR: profile, ...(screen && { DISPLAY: screen.display }) };
    started = start(program, browser.args(page.url, profile), { env });
    return await beforeEnd(page.result, started, 120);
  } finally {
    started?.stop();
    screen?.stop();
    page.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
