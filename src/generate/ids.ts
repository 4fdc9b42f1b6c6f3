// The loop of generation on token ids: the prompt in chunks, then one token after another.
import { ArgumentError } from '../errors.js';
import type { DecoderModel } from '../models/base.js';
import type { DecoderCache } from '../models/cache.js';
import type { KvDType } from '../ops/kv.js';
import { pause } from '../pause.js';
import { expectCount } from '../tensor/shape.js';
import { noGrad } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type GenerationConfig, type GenerationOptions, type Plan, planOf, readOptions } from './config.js';
import { createSampler } from './sampler.js';

/** `eos`: the model ended it; `stop`: a stop string did; `length`: maxNewTokens or the context is used up. */
export type FinishReason = 'eos' | 'stop' | 'length';

/** One token of a generation. */
export interface IdStep {
  readonly token: number;
  /** From 0. */
  readonly index: number;
  /** Set with the last token. */
  readonly finishReason: FinishReason | null;
}

/** How a generation runs, whatever it generates. */
export interface RunOptions {
  /** Ends it before the next token or chunk of the prompt; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Tokens of the prompt between two looks at the signal; default 128.  The result is the same for all. */
  readonly prefillChunk?: number;
  /** How keys and values of what has been read are kept: f32 (default), f16, or q8, which is 8 bits. */
  readonly kvCache?: KvDType;
  /** What the checkpoint's generation_config.json says. */
  readonly defaults?: GenerationConfig;
}

/** Their names, which are not about what is generated. */
export const RUN_OPTIONS = ['signal', 'prefillChunk', 'kvCache', 'defaults'] as const;

/**
 * Generates token ids after those of a prompt, one at a time, without a tokenizer.  Memory is given back
 * when the iteration ends, however it ends.
 * @throws ArgumentError for an empty prompt, one that is too long, ids out of range, or stop strings;
 *   `signal.reason` within one token of an abort
 */
export async function* generateIds(
  model: DecoderModel,
  promptIds: readonly number[],
  options: GenerationOptions & RunOptions = {},
): AsyncGenerator<IdStep, void, void> {
  const plan = planOf(readOptions(options, RUN_OPTIONS), options.defaults);
  if (plan.stopStrings.length > 0)
    throw new ArgumentError('stopStrings need text: use generate(), which has a tokenizer');
  yield* runPlan(model, promptIds, plan, options);
}

/** The same for a plan that is made already. */
export async function* runPlan(
  model: DecoderModel,
  promptIds: readonly number[],
  plan: Plan,
  { signal, prefillChunk = 128, kvCache: dtype }: RunOptions = {},
): AsyncGenerator<IdStep, void, void> {
  const count = roomFor(model, promptIds, plan);
  expectCount(prefillChunk, 'prefillChunk');
  signal?.throwIfAborted();
  const cache = model.createCache({ capacity: promptIds.length + Math.min(count, 128), dtype });
  const sample = createSampler(plan);
  const seen = new Set(promptIds);
  try {
    let at = 0;
    for (; at + prefillChunk < promptIds.length; at += prefillChunk) {
      feed(model, promptIds.slice(at, at + prefillChunk), cache);
      await pause();
      signal?.throwIfAborted();
    }
    let due = promptIds.slice(at);
    for (let index = 0; ; index++) {
      const token = next(model, due, cache, (logits) => sample(logits, seen));
      seen.add(token);
      const finishReason = plan.eos.has(token) ? 'eos' : index + 1 === count ? 'length' : null;
      yield { token, index, finishReason };
      if (finishReason) return;
      await pause();
      signal?.throwIfAborted();
      due = [token];
    }
  } finally {
    cache.dispose();
  }
}

/** Runs tokens through the model and into the cache. */
function feed(model: DecoderModel, ids: readonly number[], cache: DecoderCache): void {
  run(model, () => void model.forward([ids], { cache, logits: 'none' }));
}

/** The same, and the next token from what the model says after the last one. */
function next(
  model: DecoderModel,
  ids: readonly number[],
  cache: DecoderCache,
  choose: (logits: Tensor) => number,
): number {
  return run(model, () => choose(model.forward([ids], { cache, logits: 'last' }).logits));
}

function run<T>({ arena }: DecoderModel, body: () => T): T {
  return noGrad(arena, () => arena.scope(body));
}

/** How many tokens may follow the prompt. @throws ArgumentError */
function roomFor(model: DecoderModel, promptIds: readonly number[], plan: Plan): number {
  const context = model.config.maxPositions;
  const { value, explicit } = plan.maxNewTokens;
  const n = promptIds.length;
  if (n === 0) throw new ArgumentError('the prompt has no tokens');
  const room = context - n;
  if (room < 1)
    throw new ArgumentError(`the prompt has ${n} tokens, which leaves no room in a context of ${context}`);
  if (explicit && value > room)
    throw new ArgumentError(
      `a prompt of ${n} tokens and maxNewTokens ${value} exceed the context of ${context}; ${room} fit`,
    );
  return Math.min(value, room);
}
