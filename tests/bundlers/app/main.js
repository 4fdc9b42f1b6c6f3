// An application as anybody would write it.
import { inWorker } from './in-worker.js';
import { report } from './report.js';

globalThis.result = (async () => ({
  isolated: globalThis.crossOriginIsolated,
  one: await report(),
  threads: await report({ threads: 3 }),
  worker: await inWorker(new URLSearchParams(location.search).get('models'), { threads: 2 }).catch(String),
}))();
