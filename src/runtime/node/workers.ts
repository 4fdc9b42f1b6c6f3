// Workers in Node: worker_threads.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { WorkerFactory, WorkerHandle } from '../pool.js';
import type { WorkerStart } from '../worker.js';

/** @param entry where the compiled worker.ts beside this file lies */
export function nodeWorkers(entry: URL): WorkerFactory {
  return { parallelism: availableParallelism, spawn: (start) => spawn(entry, start) };
}

function spawn(entry: URL, start: WorkerStart): WorkerHandle {
  // Loaders and preloads of the application are none of the worker's business.
  const worker = new Worker(entry, { workerData: start, execArgv: [], name: `fovea ${start.slot}` });
  const gone = new Promise<string>((done) => {
    worker.on('error', (error) => done(String(error)));
    worker.on('exit', (code) => done(`exit code ${code}`));
  });
  const ready = Promise.race([
    new Promise<void>((done) => worker.once('message', () => done())),
    gone.then((why) => Promise.reject(new Error(why))),
  ]).then(() => worker.unref());
  ready.catch(() => {}); // told to whoever waits for it
  return { ready, gone, terminate: () => void worker.terminate() };
}
