import { fileURLToPath } from 'node:url';
import { build, createServer, version } from 'vite';

export { version };
export const followsWorkers = true;

const root = fileURLToPath(new URL('../app', import.meta.url));

export async function bundle(_, outDir) {
  await build({ root, configFile: false, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
}

/** The development server, which bundles packages when a page first asks for them. */
export async function develop(headers, cacheDir) {
  const server = { host: '127.0.0.1', port: 0, headers };
  const vite = await createServer({ root, configFile: false, logLevel: 'error', cacheDir, server });
  await vite.listen();
  return { origin: vite.resolvedUrls.local[0].replace(/\/$/, ''), close: () => vite.close() };
}
