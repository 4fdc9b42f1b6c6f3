// A Worker as Cloudflare's tools make it: bundled with the `workerd` condition, .wasm files beside the script as
// modules that arrive compiled; and workerd to run it in.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { beforeEnd, start } from './process.mjs';

/** Since this day MessageChannel is there by default; what is newer changes nothing for us. */
const COMPATIBILITY_DATE = '2025-09-01';

/**
 * Bundles an entry point and writes it, its modules and workerd's configuration to a folder.
 * @param {object} worker
 * @param {string} worker.entry a module whose default export has fetch()
 * @param {string} worker.out where it is written; made if need be
 * @param {Readonly<Record<string, string>>} [worker.folders] bindings that answer with the files of a folder
 * @returns {Promise<string>} path of the configuration
 */
export async function buildWorker({ entry, out, folders = {} }) {
  mkdirSync(out, { recursive: true });
  /** @type {Map<string, string>} */
  const modules = new Map();
  await build({
    entryPoints: [entry],
    outfile: join(out, 'worker.js'),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    external: ['@huggingface/jinja'],
    plugins: [
      {
        name: 'wasm modules',
        setup({ onResolve, resolve }) {
          onResolve({ filter: /\.wasm$/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
            if (pluginData === 'found') return undefined;
            const found = await resolve(path, { importer, resolveDir, kind, pluginData: 'found' });
            if (found.errors.length > 0) return { errors: found.errors };
            const name = basename(found.path);
            modules.set(name, found.path);
            return { path: `./${name}`, external: true };
          });
        },
      },
    ],
  });
  for (const [name, path] of modules) copyFileSync(path, join(out, name));
  const list = (items) => items.join(',\n    ');
  const config = join(out, 'config.capnp');
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${list([
      '(name = "main", worker = .worker)',
      ...Object.entries(folders).map(
        ([name, path]) => `(name = "${name}", disk = (path = ${JSON.stringify(path)}))`,
      ),
    ])}
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  compatibilityDate = "${COMPATIBILITY_DATE}",
  modules = [
    ${list([
      '(name = "worker.js", esModule = embed "worker.js")',
      ...Array.from(modules.keys(), (name) => `(name = "${name}", wasm = embed "${name}")`),
    ])}
  ],
  bindings = [
    ${list(Object.keys(folders).map((name) => `(name = "${name}", service = "${name}")`))}
  ],
);
`,
  );
  return config;
}

/**
 * @param {string} program workerd @param {string} config
 * @returns {Promise<{ url: string, pid: number, program: import('./process.mjs').Program }>}
 */
export async function serveWorker(program, config) {
  const running = start(program, ['serve', config, '--control-fd=3'], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const port = new Promise((done) => {
    let text = '';
    running.child.stdio[3].setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      for (const line of text.split('\n').slice(0, -1)) {
        const event = JSON.parse(line);
        if (event.event === 'listen') done(event.port);
      }
    });
  });
  try {
    return {
      url: `http://127.0.0.1:${await beforeEnd(port, running, 30)}/`,
      pid: running.child.pid,
      program: running,
    };
  } catch (error) {
    running.stop();
    throw error;
  }
}
