// The page in which browsers run the test, and the place where they leave what came out.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { MODELS } from './app/list.mjs';

/** What a page that runs fovea has to allow, and not one thing more. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
/** What a page needs for memory that threads share. */
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const HTML =
  '<!doctype html><meta charset="utf-8"><title>fovea</title><script type="module" src="/page.js"></script>';

/**
 * The scripts of the page, each with all that it imports, resolved as a bundler for browsers does: its own, and
 * the one that threads run, where the page's script looks for it.
 * @param {string} folder the application with fovea installed
 * @returns {Promise<Map<string, Uint8Array>>} by their paths on the server
 */
export async function bundlePage(folder) {
  const { outputFiles } = await build({
    entryPoints: { page: join(folder, 'page.mjs'), worker: 'fovea/thread' },
    absWorkingDir: folder,
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    external: ['@huggingface/jinja'],
    write: false,
  });
  return new Map(outputFiles.map(({ path, contents }) => [`/${basename(path)}`, contents]));
}

/**
 * @param {string} folder the application with fovea installed
 * @param {Map<string, Uint8Array>} scripts of bundlePage()
 * @param {{ isolated: boolean }} options whether pages may share memory between threads
 * @returns {Promise<{ url: string, result: Promise<object>, close(): void }>} `result` is what the page posts
 */
export async function servePage(folder, scripts, { isolated }) {
  const files = new Map([['/', ['text/html', async () => HTML]]]);
  for (const [path, script] of scripts) files.set(path, ['text/javascript', async () => script]);
  for (const [model, names] of Object.entries(MODELS))
    for (const name of names) {
      const path = join(folder, 'node_modules/fovea/models', model, name);
      files.set(`/models/${model}/${name}`, ['application/octet-stream', () => readFile(path)]);
    }
  const headers = { 'content-security-policy': POLICY, ...(isolated && ISOLATION) };
  const server = createServer();
  const result = new Promise((done) => {
    server.on('request', async (request, response) => {
      if (request.method === 'POST' && request.url === '/result') {
        let body = '';
        for await (const chunk of request.setEncoding('utf8')) body += chunk;
        response.end();
        done(JSON.parse(body));
        return;
      }
      const [type, read] = files.get(request.url) ?? [];
      response.writeHead(read ? 200 : 404, { ...headers, ...(type && { 'content-type': type }) });
      response.end(await read?.());
    });
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, result, close };
}
