// fovea/worker in Node: a model on a thread of its own, so that a server goes on serving.
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Link } from '../calls.js';
import { type LoadOptions, openModel, type WorkerModel } from '../model.js';
import type { Files, Place, Reply } from '../protocol.js';

export * from '../public.js';

/**
 * Loads a checkpoint in a worker of its own, with an engine of its own; see fromPretrained of Node's entry.
 * A worker that nobody waits for does not keep the process alive.
 * @param from a folder, the name of a repository on the Hub, a URL, or files by their names
 * @throws all that fromPretrained throws; the signal's reason
 */
export async function fromPretrained(
  from: string | URL | Files,
  options: Omit<LoadOptions, 'threadScript'> = {},
): Promise<WorkerModel> {
  options.signal?.throwIfAborted();
  return openModel(startWorker(), placeOf(from), options);
}

function placeOf(from: string | URL | Files): Place {
  if (typeof from !== 'string' && !(from instanceof URL)) return { files: [...from] };
  const url = String(from);
  if (url.startsWith('file:')) return { name: fileURLToPath(url) };
  return /^https?:/.test(url) ? { url } : { name: url };
}

function startWorker(): Link {
  // Named from the package's root: the worker is the built one even where this file runs from src/.
  const worker = new Worker(new URL('../../../dist/worker/node/script.js', import.meta.url), {
    execArgv: [],
    name: 'fovea model',
  });
  const gone = new Promise<string>((end) => {
    worker.on('error', (error) => end(String(error)));
    worker.on('exit', (code) => end(`exit code ${code}`));
  });
  return {
    gone,
    post: (request) => worker.postMessage(request),
    listen: (listener) => void worker.on('message', (reply: Reply) => listener(reply)),
    busy: (is) => (is ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}
