// Where a Web Worker begins.
import { openWorker, type WorkerStart } from '../worker.js';

addEventListener(
  'message',
  ({ data }: MessageEvent<WorkerStart>) => {
    openWorker(data).then(
      (serve) => {
        postMessage('ready');
        // Not at once: the message may leave only when this thread is idle, and from then on it never is.
        setTimeout(serve);
      },
      (error) => postMessage(String(error)),
    );
  },
  { once: true },
);
