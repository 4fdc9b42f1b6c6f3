// Workers in browsers, and in every runtime whose workers are like theirs.
import { EngineError } from '../../errors.js';
import type { WorkerFactory, WorkerHandle } from '../pool.js';
import type { WorkerStart } from '../worker.js';

/** Longer than any script takes to load: without an end, a script of something else would be waited for forever. */
const READY_MS = 30_000;

/**
 * The worker beside this file.  Bundlers know these words and no others: written exactly so they make an entry
 * point of it (Vite, webpack, Parcel), and without a bundler it is simply the right address.
 */
export function startScript(): Worker {
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'fovea-thread' });
}

/** @param create makes a worker that runs web/worker.ts, bundled or not */
export function webWorkers(create: () => Worker = startScript): WorkerFactory {
  return {
    parallelism: () => globalThis.navigator?.hardwareConcurrency ?? 1,
    spawn: (start) => spawn(create(), start),
  };
}

function spawn(worker: Worker, start: WorkerStart): WorkerHandle {
  let end: (why: string) => void = () => {};
  const gone = new Promise<string>((done) => {
    end = done;
  });
  const terminate = (): void => {
    worker.terminate();
    // Nobody else says so: a worker that is terminated sends no event.
    end('terminated');
  };
  worker.addEventListener('error', (event) => {
    event.preventDefault?.();
    // A script that cannot be loaded gives an event without a message.
    end((event as ErrorEvent).message || 'its script could not be loaded; see the option threadWorker');
  });
  const ready = new Promise<void>((done, fail) => {
    const late = setTimeout(() => fail(new EngineError(`no answer from it in ${READY_MS} ms`)), READY_MS);
    worker.addEventListener('message', ({ data }: MessageEvent<string>) => {
      clearTimeout(late);
      if (data === 'ready') done();
      else end(data);
    });
    gone.then((why) => {
      clearTimeout(late);
      fail(new EngineError(why));
    });
  });
  ready.catch(() => {}); // told to whoever waits for it
  worker.postMessage(start);
  return { ready, gone, terminate };
}
