// Deno (`deno serve --allow-read --allow-env local.mjs`) and Bun (`bun local.mjs`) serve what a module exports as
// `fetch`; node.mjs does it for Node.  The checkpoints are folders: FOVEA_EMBEDDING and FOVEA_GENERATION, by default
// a model that comes with the package.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { folderSource } from 'fovea';
import { createHandler } from './handler.mjs';
import { lazyModels } from './models.mjs';

const shipped = fileURLToPath(new URL('.', import.meta.resolve('fovea/models/shakespeare/config.json')));
const folder = (/** @type {string} */ name) => folderSource(process.env[name] ?? shipped);

export default {
  port: Number(process.env.PORT ?? 8787),
  fetch: createHandler(
    lazyModels({ embedding: folder('FOVEA_EMBEDDING'), generation: folder('FOVEA_GENERATION') }),
  ),
};
