// Runs a Worker in workerd with the shipped models behind the binding ASSETS, asks it once and prints its answer.
//   node tests/docs/worker.mjs ENTRY FOLDER
import { fileURLToPath } from 'node:url';
import { programOf } from '../runtimes/install.mjs';
import { buildWorker, serveWorker } from '../runtimes/workerd.mjs';

const [entry, out] = process.argv.slice(2);
const models = fileURLToPath(new URL('../../models', import.meta.url));
const config = await buildWorker({ entry, out, folders: { ASSETS: models } });
const { url, program } = await serveWorker(programOf('workerd'), config);
try {
  const response = await fetch(url);
  process.stdout.write(JSON.stringify({ status: response.status, body: await response.text() }));
} finally {
  program.stop();
}
