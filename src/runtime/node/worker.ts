// Where a worker thread of Node begins.
import { parentPort, workerData } from 'node:worker_threads';
import { openWorker, type WorkerStart } from '../worker.js';

openWorker(workerData as WorkerStart).then((serve) => {
  parentPort!.postMessage('ready');
  serve();
});
