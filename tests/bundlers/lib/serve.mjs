// A static server as a production site would have it: a strict policy, and isolation where it is asked for.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

export const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};

export const POLICY = {
  'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
};

/** Listens on any free port. @returns the origin, and how to stop */
export async function listen(server) {
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => stop(server) };
}

function stop(server) {
  server.closeAllConnections();
  return new Promise((done) => server.close(done));
}

/**
 * Files of a folder, where it has them, else of the folders in `mounts` (prefix -> folder).
 * @param {string} folder
 */
export function serve(folder, { headers = {}, mounts = {} } = {}) {
  return listen(
    createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
      const [prefix, base] = Object.entries(mounts).find(([p]) => path.startsWith(p)) ?? ['/', folder];
      const file = join(
        base,
        normalize(`/${path.slice(prefix.length)}`),
        path.endsWith('/') ? 'index.html' : '',
      );
      const found = statSync(file, { throwIfNoEntry: false });
      if (!found?.isFile()) return response.writeHead(404).end();
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'content-length': found.size,
        ...headers,
      });
      createReadStream(file).pipe(response);
    }),
  );
}
