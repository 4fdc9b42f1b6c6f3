// Builds the playground into a folder that any static file server can serve.
//   node examples/playground/build.mjs [folder]      default .cache/playground
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const MODELS = ['dates', 'sort', 'shakespeare'];
/** What a model is made of; the rest of its folder is for people. */
const PARTS = /\.(json|safetensors)$/;

export const FOLDER = join(root, '.cache/playground');

/**
 * @param {string} folder is emptied first
 * @returns {Promise<string[]>} the files in it
 */
export async function buildPlayground(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [
      { in: join(here, 'src/main.ts'), out: 'main' },
      { in: join(root, 'dist/runtime/web/worker.js'), out: 'thread' },
      { in: join(here, 'styles/main.css'), out: 'main' },
    ],
    outdir: folder,
    bundle: true,
    minify: true,
    sourcemap: 'linked',
    format: 'esm',
    platform: 'browser',
    target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
    // Chat templates need this optional package; no model here has one.
    external: ['@huggingface/jinja'],
    logLevel: 'warning',
  });
  for (const name of ['index.html', 'icon.svg']) await copyFile(join(here, name), join(folder, name));
  await copyFile(join(root, 'build/relaxed.wasm'), join(folder, 'relaxed.wasm'));
  /** @type {Record<string, string[]>} */
  const index = {};
  for (const model of MODELS) {
    await mkdir(join(folder, 'models', model), { recursive: true });
    index[model] = (await readdir(join(root, 'models', model))).filter((file) => PARTS.test(file)).sort();
    for (const file of index[model])
      await copyFile(join(root, 'models', model, file), join(folder, 'models', model, file));
  }
  await writeFile(join(folder, 'models/index.json'), JSON.stringify(index));
  return [...(await serviceWorker(folder)), 'service-worker.js'];
}

/** Tells the service worker what there is to keep, under a name that changes when any of it does. */
async function serviceWorker(/** @type {string} */ folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(await readFile(join(folder, file)));
  const kept = ['./', ...files];
  const given = `const BUILD = ${JSON.stringify(hash.digest('hex').slice(0, 12))};\nconst FILES = ${JSON.stringify(kept)};\n`;
  await writeFile(
    join(folder, 'service-worker.js'),
    given + (await readFile(join(here, 'service-worker.js'), 'utf8')),
  );
  return files;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = resolve(process.argv[2] ?? FOLDER);
  // A folder that holds something else is not emptied by mistake.
  const inside = await readdir(folder).catch(() => /** @type {string[]} */ ([]));
  if (inside.length > 0 && !inside.includes('service-worker.js'))
    throw new Error(`${folder} is not empty, and holds no playground: give another folder`);
  await mkdir(dirname(folder), { recursive: true });
  const files = await buildPlayground(folder);
  console.log(`${files.length} files in ${folder}: serve it from any static file server`);
}
