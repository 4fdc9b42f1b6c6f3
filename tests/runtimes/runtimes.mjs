// Every runtime that is tested, and how the test is run in it.
import { join } from 'node:path';
import { BROWSERS, runBrowser, versionOf } from './browsers.mjs';
import { programOf } from './install.mjs';
import { run } from './process.mjs';
import { bundlePage } from './serve.mjs';
import { buildWorker, serveWorker } from './workerd.mjs';

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {string} door which file of dist/ is loaded there
 * @property {1 | 2} threads how many of two threads asked for it must give
 * @property {string} where it comes from, for those who miss it
 * @property {() => string | undefined} find its program
 * @property {(program: string) => string} version
 * @property {(program: string, folder: string) => Promise<object>} run the test in the application in `folder`
 */

/** @returns {Runtime} one that has a file system and takes the application as it is */
function onFiles(name, door, flags = []) {
  return {
    name,
    door,
    threads: 2,
    where: 'npm',
    find: () => programOf(name),
    version: (program) => versionOf(program),
    async run(program, folder) {
      // Caches and the like go into the folder, which is removed in the end.
      const env = { DENO_DIR: join(folder, '.deno'), DENO_NO_UPDATE_CHECK: '1', NODE_NO_WARNINGS: '1' };
      return JSON.parse(await run(program, [...flags, 'files.mjs'], { cwd: folder, env }));
    },
  };
}

const [chromium, firefox, webkit] = BROWSERS;
/** Bundled once for all browsers. @type {Map<string, Promise<Map<string, Uint8Array>>>} */
const scripts = new Map();

/** @returns {Runtime} */
function inBrowser(name, browser, { isolated, threads }) {
  return {
    name,
    door: 'default',
    threads,
    where: browser.package,
    find: browser.find,
    version: browser.version,
    async run(program, folder) {
      if (!scripts.has(folder)) scripts.set(folder, bundlePage(folder));
      const got = await runBrowser(browser, program, folder, await scripts.get(folder), { isolated });
      if (!got.error && !got.policy) throw new Error('the content security policy was not in force');
      if (!got.error && got.isolated !== isolated)
        throw new Error(`the page was ${isolated ? 'not ' : ''}isolated`);
      return got;
    },
  };
}

/** @type {Runtime} */
const workerd = {
  name: 'workerd',
  door: 'workerd',
  threads: 1,
  where: 'npm',
  find: () => programOf('workerd'),
  version: (program) => versionOf(program),
  async run(program, folder) {
    const config = await buildWorker({
      entry: join(folder, 'worker.mjs'),
      out: join(folder, 'workerd'),
      folders: { MODELS: join(folder, 'node_modules/fovea/models') },
    });
    const worker = await serveWorker(program, config);
    try {
      return await (await fetch(worker.url, { signal: AbortSignal.timeout(120_000) })).json();
    } finally {
      worker.program.stop();
    }
  },
};

/** @type {readonly Runtime[]} */
export const RUNTIMES = [
  ...[20, 22, 24, 26].map((major) => onFiles(`Node ${major}`, 'node')),
  onFiles('Deno', 'deno', ['run', '--no-prompt', '--allow-read']),
  onFiles('Bun', 'node'),
  workerd,
  inBrowser('Chromium', chromium, { isolated: false, threads: 1 }),
  inBrowser('Chromium, isolated', chromium, { isolated: true, threads: 2 }),
  inBrowser('Firefox, isolated', firefox, { isolated: true, threads: 2 }),
  // WebKitGTK has no SharedArrayBuffer, isolated or not.
  inBrowser('WebKitGTK, isolated', webkit, { isolated: true, threads: 1 }),
];
