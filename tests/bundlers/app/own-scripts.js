// The same for bundlers that do not follow `new Worker(new URL(…))`: the scripts of workers are entry points of
// their own, which the application names.
import { inWorker } from './in-worker.js';
import { report } from './report.js';

const start = (script) => new Worker(new URL(script, import.meta.url), { type: 'module' });
const threadWorker = () => start('./thread.js');
const worker = () => start('./model.js');
const models = new URLSearchParams(location.search).get('models');

globalThis.result = (async () => ({
  isolated: globalThis.crossOriginIsolated,
  one: await report(),
  threads: await report({ threads: 3, threadWorker }),
  worker:
    models && (await inWorker(models, { threads: 2, worker, threadScript: './thread.js' }).catch(String)),
}))();

// In a worker, the one who made it wants to know.
if (typeof document === 'undefined') globalThis.result.then(postMessage);
