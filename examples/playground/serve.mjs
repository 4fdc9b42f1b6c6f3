// Builds the playground and serves it on this machine.
//   node examples/playground/serve.mjs [--port N]      default: a free one
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildPlayground, FOLDER } from './build.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** With these a page may share memory between threads; a server without them serves the same page on one thread. */
export const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/**
 * A static file server of a folder, on this machine only.
 * @param {string} folder
 * @param {{ port?: number, headers?: Record<string, string> }} [options]
 * @returns {Promise<import('node:http').Server>} listening
 */
export function serveFolder(folder, { port = 0, headers = {} } = {}) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const file = join(folder, normalize(path.endsWith('/') ? `${path}index.html` : path));
    const found = file.startsWith(resolve(folder)) ? await stat(file).catch(() => null) : null;
    if (!found?.isFile()) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
      return;
    }
    const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(file))] ?? 'application/octet-stream';
    response.writeHead(200, {
      'content-type': type,
      'content-length': found.size,
      'cache-control': 'no-cache',
      ...headers,
    });
    createReadStream(file).pipe(response);
  });
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => done(server));
  });
}

/** @param {import('node:http').Server} server */
export function addressOf(server) {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `http://localhost:${port}/`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  await buildPlayground(FOLDER);
  const server = await serveFolder(FOLDER, { port: Number(values.port ?? 0), headers: ISOLATION });
  console.log(`the playground is at ${addressOf(server)} (Ctrl-C ends it)`);
}
