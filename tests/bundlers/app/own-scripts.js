// The same for bundlers that do not follow `new Worker(new URL(…))`: the scripts of workers are entry points of
// their own, which the application names.
import { report } from './report.js';

const threadWorker = () => new Worker(new URL('./thread.js', import.meta.url), { type: 'module' });

globalThis.result = (async () => ({
  isolated: globalThis.crossOriginIsolated,
  one: await report(),
  threads: await report({ threads: 3, threadWorker }),
}))();

// In a worker, the one who made it wants to know.
if (typeof document === 'undefined') globalThis.result.then(postMessage);
