import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS } from '../../../scripts/chromium.mjs';

/**
 * Serves a page with the bundled script, isolated from other origins, so that it may have shared memory.
 * @param {ReadonlyMap<string, string>} files paths on disk by URL
 */
async function serve(files) {
  const page = fileURLToPath(new URL('page.mjs', import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [page],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'error',
    external: ['@huggingface/jinja'],
  });
  const isolated = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  };
  const server = createServer(async (request, response) => {
    const send = (type, body) => response.writeHead(200, { ...isolated, 'Content-Type': type }).end(body);
    if (request.url === '/') return send('text/html', '<script type="module" src="/page.js"></script>');
    if (request.url === '/page.js') return send('text/javascript', outputFiles[0].contents);
    const file = files.get(request.url ?? '');
    if (!file) return response.writeHead(404, isolated).end();
    const type = file.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream';
    const { size } = await stat(file);
    response.writeHead(200, { ...isolated, 'Content-Type': type, 'Content-Length': size });
    createReadStream(file).pipe(response);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { server, url: `http://127.0.0.1:${port}/` };
}

/**
 * A page in a browser of its own, with a profile that is thrown away.
 * @param {string} executablePath
 * @param {ReadonlyMap<string, string>} files
 */
export async function openPage(executablePath, files) {
  const profile = await mkdtemp(join(tmpdir(), 'fovea-chromium-'));
  const { server, url } = await serve(files);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: CHROMIUM_FLAGS,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(0);
  await page.goto(url);
  await page.waitForFunction(() => 'bench' in globalThis);
  return {
    page,
    version: context.browser()?.version() ?? (await page.evaluate(() => navigator.userAgent)),
    async close() {
      await context.close();
      server.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
