// What every bundle's bits must equal.
import { inWorker } from './in-worker.js';
import { report } from './report.js';

const models = new URL('../node_modules/fovea/models/', import.meta.url);
const worker = await inWorker(models, { threads: 2 });
console.log(JSON.stringify({ one: await report(), threads: await report({ threads: 3 }), worker }));
