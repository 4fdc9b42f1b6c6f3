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

export const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

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
 * Files of a folder, every answer with the same headers.
 * @param {string} folder
 */
export function serve(folder, { headers = {} } = {}) {
  return listen(
    createServer((request, response) => {
      // Browsers ask before they send a header to another origin that they do not know.
      if (request.method === 'OPTIONS')
        return response.writeHead(204, { ...headers, 'access-control-allow-headers': '*' }).end();
      const path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
      const file = join(folder, normalize(`/${path}`), path.endsWith('/') ? 'index.html' : '');
      const found = statSync(file, { throwIfNoEntry: false });
      if (!found?.isFile()) return response.writeHead(404, headers).end();
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'content-length': found.size,
        ...headers,
      });
      createReadStream(file).pipe(response);
    }),
  );
}
