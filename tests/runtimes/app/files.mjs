// The host for runtimes with a file system: Node, Deno and Bun.  The models are read out of the installed package.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runBody } from './body.mjs';

const read = (model, file) => readFile(fileURLToPath(import.meta.resolve(`fovea/models/${model}/${file}`)));
console.log(JSON.stringify(await runBody(read)));
