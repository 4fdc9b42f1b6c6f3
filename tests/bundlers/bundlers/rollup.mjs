// Rollup itself finds no packages: node-resolve is what everybody has beside it.
import { fileURLToPath } from 'node:url';
import resolve from '@rollup/plugin-node-resolve';
import { rollup, VERSION } from 'rollup';

export const version = VERSION;
export const followsWorkers = false;

/** Entries that are packages are looked up from here. */
const rootDir = fileURLToPath(new URL('..', import.meta.url));

export async function bundle(entries, dir) {
  const onwarn = ({ code, message }) => {
    // An optional package that the application has not installed stays an import that is never made.
    if (code !== 'UNRESOLVED_IMPORT' || !message.includes('@huggingface/jinja')) throw new Error(message);
  };
  const made = await rollup({ input: entries, plugins: [resolve({ browser: true, rootDir })], onwarn });
  await made.write({ dir, format: 'es' });
  await made.close();
}
