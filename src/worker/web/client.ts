// fovea/worker in browsers: a model off the main thread with one line.
import { EngineError } from '../../errors.js';
import { absoluteUrl, isUrl } from '../../io/url.js';
import type { Link } from '../calls.js';
import { type LoadOptions, openModel, type WorkerModel } from '../model.js';
import type { Files, Place, Reply } from '../protocol.js';

export * from '../public.js';

/** How a model is loaded in a Web Worker. */
export interface WebLoadOptions extends Omit<LoadOptions, 'threadScript'> {
  /**
   * Makes a worker that runs `fovea/worker/script`, for bundlers that do not find that script by themselves
   * (esbuild, Rollup): `() => new Worker('/script.js', { type: 'module' })`.
   */
  readonly worker?: () => Worker;
  /** The same for the threads of that worker: where the script of `fovea/thread` is. */
  readonly threadScript?: string | URL;
}

/**
 * Loads a checkpoint in a worker of its own, with an engine of its own; see fromPretrained of the core.
 * @param from the name of a repository on the Hub, the URL of a folder on any server, or files by their names
 * @throws EngineError where no worker can be started; all that fromPretrained throws; the signal's reason
 */
export async function fromPretrained(
  from: string | URL | Files,
  { worker = startScript, threadScript, signal, ...options }: WebLoadOptions = {},
): Promise<WorkerModel> {
  const place = placeOf(from);
  signal?.throwIfAborted();
  if (typeof Worker !== 'function') throw new EngineError('this runtime has no Worker to put the model in');
  const script = threadScript === undefined ? undefined : absoluteUrl(threadScript);
  return openModel(linkTo(worker()), place, { ...options, signal, threadScript: script });
}

/** Written so that bundlers understand it; see runtime/web/workers.ts. */
function startScript(): Worker {
  return new Worker(new URL('./script.js', import.meta.url), { type: 'module', name: 'fovea-model' });
}

function placeOf(from: string | URL | Files): Place {
  if (from instanceof URL || (typeof from === 'string' && isUrl(from))) return { url: absoluteUrl(from) };
  return typeof from === 'string' ? { name: from } : { files: [...from] };
}

function linkTo(worker: Worker): Link {
  const gone = new Promise<string>((end) => {
    worker.addEventListener('error', (event) => {
      event.preventDefault?.();
      // A script that cannot be loaded gives an event without a message.
      end((event as ErrorEvent).message || 'its script could not be loaded; see the option worker');
    });
    worker.addEventListener('messageerror', () => end('a message of it could not be read'));
  });
  return {
    gone,
    post: (request) => worker.postMessage(request),
    listen: (listener) =>
      worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => listener(data)),
    busy() {},
    terminate: () => worker.terminate(),
  };
}
