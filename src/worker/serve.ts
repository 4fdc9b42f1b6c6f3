// The worker's end of the wire: one model, and whoever asks it.
import type { Engine, EngineOptions } from '../engine.js';
import { ArgumentError, MissingFileError } from '../errors.js';
import type { HubOptions } from '../io/http.js';
import type { Source } from '../io/source.js';
import { memorySource } from '../io/source-memory.js';
import { urlSource } from '../io/source-url.js';
import { DecoderModel, EncoderModel } from '../models/base.js';
import type { Pretrained, PretrainedOptions } from '../pretrained.js';
import type { Tokenizer } from '../text/tokenizer.js';
import { forward } from './forward.js';
import {
  AHEAD,
  type Method,
  type Opened,
  type Place,
  type Port,
  type Questions,
  type Reply,
  type Request,
} from './protocol.js'; // prettier-ignore
import { toWire } from './wire-error.js';

/** The runtime's own way to an engine and a checkpoint. */
export interface Door {
  createEngine(options: EngineOptions & { threadWorker?: () => Worker }): Promise<Engine>;
  fromPretrained(
    engine: Engine,
    from: Source | string,
    options: PretrainedOptions & HubOptions,
  ): Promise<Pretrained>;
}

interface Asked<M extends Method> {
  readonly signal: AbortSignal;
  progress(value: Questions[M]['progress']): void;
  /** Resolves when no more than AHEAD messages of progress are under way. */
  room(): Promise<void>;
}

type Answers = {
  readonly [M in Method]: (
    asked: Asked<M>,
    ...args: Questions[M]['args']
  ) => Questions[M]['answer'] | Promise<Questions[M]['answer']>;
};

export function serve(port: Port<Reply, Request>, door: Door): void {
  const answers = answersOf(door);
  const running = new Map<number, { abort(): void; acknowledged(): void }>();

  async function answer<M extends Method>(id: number, method: M, args: Questions[M]['args']): Promise<void> {
    const controller = new AbortController();
    let ahead = 0;
    let wake = (): void => {};
    running.set(id, {
      abort() {
        controller.abort();
        wake();
      },
      acknowledged() {
        ahead--;
        wake();
      },
    });
    const asked: Asked<M> = {
      signal: controller.signal,
      progress(progress) {
        ahead++;
        port.post({ id, progress });
      },
      async room() {
        while (ahead >= AHEAD && !controller.signal.aborted)
          await new Promise<void>((awake) => {
            wake = awake;
          });
      },
    };
    try {
      const value = await answers[method](asked, ...args);
      port.post({ id, answer: value }, buffersOf(value));
    } catch (error) {
      port.post({ id, error: toWire(error) });
    } finally {
      running.delete(id);
    }
  }

  port.listen((request) => {
    if ('method' in request) void answer(request.id, request.method, request.args as never);
    else if ('abort' in request) running.get(request.id)?.abort();
    else running.get(request.id)?.acknowledged();
  });
}

function answersOf(door: Door): Answers {
  let engine: Engine;
  let loaded: Pretrained | undefined;
  const model = (): Pretrained => {
    if (!loaded) throw new ArgumentError('no model has been opened in this worker');
    return loaded;
  };
  const words = (): Tokenizer => {
    const { tokenizer } = model();
    if (!tokenizer) throw new MissingFileError('tokenizer.json', 'the checkpoint');
    return tokenizer;
  };
  return {
    async open(
      { signal, progress },
      place,
      { threadScript, threads, variant, maxMemory, selfTest, ...rest },
    ) {
      const threadWorker = threadScript ? () => new Worker(threadScript, { type: 'module' }) : undefined;
      engine = await door.createEngine({ threads, variant, maxMemory, selfTest, threadWorker });
      loaded = await door.fromPretrained(engine, sourceOf(place), { ...rest, signal, onProgress: progress });
      return aboutOf(engine, loaded);
    },
    embed: ({ signal, progress }, texts, options) =>
      model().embed(texts, { ...options, signal, onProgress: progress }),
    forward: (_, input, options) => forward(model(), input, options),
    encode: (_, text, options) => words().encode(text, options),
    decode: (_, ids, options) => words().decode(ids, options),
    memory: () => engine.memory,
    async generate({ signal, progress, room }, prompt, options) {
      const generation = model().generate(prompt, { ...options, signal });
      for await (const step of generation) {
        progress(step);
        if (!step.finishReason) await room();
      }
      return generation.summary;
    },
  };
}

function sourceOf(place: Place): Source | string {
  if ('files' in place) return memorySource(place.files, 'the files given');
  return 'url' in place ? urlSource(place.url) : place.name;
}

function aboutOf(engine: Engine, { config, model, generationConfig, embedSettings }: Pretrained): Opened {
  const { variant, threads, threadsReason } = engine;
  const kind =
    model instanceof DecoderModel ? 'decoder' : model instanceof EncoderModel ? 'encoder' : 'other';
  const modelConfig = { ...model.config };
  return { config, modelConfig, kind, generationConfig, embedSettings, variant, threads, threadsReason };
}

/** The memory of all typed arrays in an answer, which moves to the page instead of being copied. */
function buffersOf(value: unknown, found: ArrayBuffer[] = []): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    const { buffer } = value;
    if (isOwn(buffer) && !found.includes(buffer)) found.push(buffer);
  } else if (
    typeof value === 'object' &&
    value !== null &&
    !(Array.isArray(value) && typeof value[0] === 'number')
  )
    for (const part of Object.values(value)) buffersOf(part, found);
  return found;
}

/** Not shared with threads; by its name, because there may be several realms. */
function isOwn(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  return Object.prototype.toString.call(buffer) === '[object ArrayBuffer]';
}
