// The page's end of the wire: questions go out, and each promise is kept: by an answer, by an error, or by the
// end of the worker.
import { DisposedError, EngineError } from '../errors.js';
import type { Method, Port, Questions, Reply, Request } from './protocol.js';
import { fromWire } from './wire-error.js';

/** A worker as its runtime's client made it. */
export interface Link extends Port<Request, Reply> {
  /** resolves when it has ended by itself, with why */
  readonly gone: Promise<string>;
  /** Whether somebody waits for it: in Node, a worker that nobody waits for keeps no process alive. */
  busy(is: boolean): void;
  terminate(): void;
}

export interface CallOptions<M extends Method> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Questions[M]['progress']) => void;
}

export interface Call<M extends Method> {
  readonly answer: Promise<Questions[M]['answer']>;
  /** Takes the worker off it, as soon as it looks; the promise is left as it is. */
  cancel(): void;
  acknowledge(): void;
}

interface Waiting {
  progress(value: unknown): void;
  answer(value: unknown): void;
  fail(error: unknown): void;
}

export class Calls {
  readonly #link: Link;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #end: Error | null = null;

  constructor(link: Link) {
    this.#link = link;
    link.listen((reply) => this.#hear(reply));
    link.busy(false);
    link.gone.then((why) => this.#close(new EngineError(`the worker of this model has ended (${why})`)));
  }

  get ended(): boolean {
    return this.#end !== null;
  }

  /** The answer rejects with the signal's reason at once when it aborts; the worker hears of it too. */
  start<M extends Method>(method: M, args: Questions[M]['args'], options: CallOptions<M> = {}): Call<M> {
    const { signal, onProgress } = options;
    const id = ++this.#last;
    const tell = (more: { abort: true } | { acknowledged: true }): void => {
      if (this.#waiting.has(id)) this.#link.post({ id, ...more });
    };
    let settle = (): void => {};
    const cancel = (): void => {
      tell({ abort: true });
      settle();
    };
    const answer = new Promise<Questions[M]['answer']>((done, fail) => {
      if (this.#end) throw this.#end;
      signal?.throwIfAborted();
      const abort = (): void => {
        cancel();
        fail(signal?.reason);
      };
      settle = () => {
        signal?.removeEventListener('abort', abort);
        this.#waiting.delete(id);
        if (this.#waiting.size === 0) this.#link.busy(false);
      };
      const settled =
        <T>(then: (value: T) => void) =>
        (value: unknown): void => {
          settle();
          then(value as T);
        };
      this.#link.post({ id, method, args });
      signal?.addEventListener('abort', abort);
      this.#link.busy(true);
      this.#waiting.set(id, {
        progress: (value) => onProgress?.(value as Questions[M]['progress']),
        answer: settled(done),
        fail: settled(fail),
      });
    });
    return { answer, cancel, acknowledge: () => tell({ acknowledged: true }) };
  }

  /** Ends the worker: all of its memory is given back, and whoever waits is told. */
  dispose(): void {
    this.#close(new DisposedError('this model and its worker have been disposed of'));
  }

  #hear(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return; // it was aborted, and its answer has crossed the abort
    if ('progress' in reply) waiting.progress(reply.progress);
    else if ('error' in reply) waiting.fail(fromWire(reply.error));
    else waiting.answer(reply.answer);
  }

  #close(error: Error): void {
    if (this.#end) return;
    this.#end = error;
    this.#link.terminate();
    for (const waiting of [...this.#waiting.values()]) waiting.fail(error);
  }
}
