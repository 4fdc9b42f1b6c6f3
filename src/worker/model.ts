// A model in a worker as the page sees it: what fromPretrained() gives, with promises where that has values.
import type { EmbedOptions } from '../embed/embed.js';
import type { GenerateOptions } from '../generate/generate.js';
import type { Generation } from '../generate/generation.js';
import type { LoadProgress } from '../pretrained/progress.js';
import type { MemoryStats } from '../tensor/arena.js';
import type { DecodeOptions, EncodeOptions, Encoding } from '../text/tokenizer.js';
import { Calls, type Link } from './calls.js';
import type { Forwarded, ForwardOptions, Input, Opened, OpenOptions, Place, Prompt } from './protocol.js';
import { generateBy } from './stream.js';

/** How a model is loaded in a worker, and the engine that it gets there. */
export interface LoadOptions extends OpenOptions {
  /** Ends loading and the worker; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Told as files come, and when the model is ready. */
  readonly onProgress?: (progress: LoadProgress) => void;
}

/**
 * A model in a worker: what fromPretrained() of the other entry points gives, with promises.  The reason of a
 * `signal` is thrown at once; the worker stops within one token, or one batch of texts.
 */
export class WorkerModel implements Disposable {
  readonly #calls: Calls;

  /** @internal */
  constructor(
    calls: Calls,
    /** What its files say, and what runs it. */
    readonly about: Opened,
  ) {
    this.#calls = calls;
  }

  /** Continues a text, ids or a chat; see fromPretrained.  Errors come when the first step is asked for. */
  generate(prompt: Prompt, { signal, ...options }: GenerateOptions = {}): Generation {
    return generateBy(this.#calls, prompt, options, signal);
  }

  /** The vector (D) of one text, or one of each; see embed(). */
  embed(text: string, options?: EmbedOptions): Promise<Float32Array>;
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
  async embed(
    texts: string | readonly string[],
    { signal, onProgress, ...options }: EmbedOptions = {},
  ): Promise<Float32Array | Float32Array[]> {
    const all = typeof texts === 'string' ? [texts] : texts;
    const vectors = await this.#calls.start('embed', [all, options], { signal, onProgress }).answer;
    return typeof texts === 'string' ? vectors[0] : vectors;
  }

  /**
   * One pass over texts or rows of ids, with the hidden states and attention maps that are asked for.
   * @throws ArgumentError for a model that is neither encoder nor decoder, and for what is no input
   */
  forward(
    input: string | Input,
    { signal, ...options }: ForwardOptions & { readonly signal?: AbortSignal } = {},
  ): Promise<Forwarded> {
    const rows = typeof input === 'string' ? [input] : input;
    return this.#calls.start('forward', [rows, options], { signal }).answer;
  }

  /** Ids of a text, as its tokenizer gives them. */
  encode(text: string, options: EncodeOptions = {}): Promise<Encoding> {
    return this.#calls.start('encode', [text, options]).answer;
  }

  /** The text of ids. */
  decode(ids: readonly number[], options: DecodeOptions = {}): Promise<string> {
    return this.#calls.start('decode', [ids, options]).answer;
  }

  /** What the engine holds, in bytes. */
  memory(): Promise<MemoryStats> {
    return this.#calls.start('memory', []).answer;
  }

  get disposed(): boolean {
    return this.#calls.ended;
  }

  /** Ends the worker, which gives back all that it held; what is under way throws DisposedError.  Idempotent. */
  dispose(): void {
    this.#calls.dispose();
  }

  /** The same as dispose(), for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Loads a model at the other end of `link`; where that fails, the worker is ended. */
export async function openModel(
  link: Link,
  place: Place,
  { signal, onProgress, ...options }: LoadOptions,
): Promise<WorkerModel> {
  const calls = new Calls(link);
  try {
    const opened = await calls.start('open', [place, options], { signal, onProgress }).answer;
    return new WorkerModel(calls, opened);
  } catch (error) {
    calls.dispose();
    throw error;
  }
}
