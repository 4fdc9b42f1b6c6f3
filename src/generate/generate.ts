// Generation of text: a prompt goes in, pieces of text come out as they become certain.
import type { DecoderModel } from '../models/base.js';
import { Detokenizer } from '../text/detokenizer.js';
import type { Tokenizer } from '../text/tokenizer.js';
import { type GenerationOptions, type Plan, planOf, readOptions } from './config.js';
import { Generation, type GenerationStep, type GenerationSummary } from './generation.js';
import { RUN_OPTIONS, type RunOptions, runPlan } from './ids.js';
import { StopStrings } from './stop.js';

/** How to generate a text, and when to give up. */
export interface GenerateOptions extends GenerationOptions, RunOptions {
  /** Let the tokenizer put its special tokens around the prompt; default true. */
  readonly addSpecialTokens?: boolean;
  /** Leave special tokens out of the text; default true. */
  readonly skipSpecialTokens?: boolean;
}

/** Text, token ids, or text that takes a while to make (a chat template). */
export type Prompt = string | readonly number[] | (() => Promise<string>);

/**
 * Continues a prompt.
 * @throws ArgumentError at once for options out of range; while iterating for an empty prompt or one that
 *   does not fit the context, TokenizerError, and `signal.reason` within one token of an abort
 */
export function generate(
  model: DecoderModel,
  tokenizer: Tokenizer,
  prompt: Prompt,
  options: GenerateOptions = {},
): Generation {
  const own = [...RUN_OPTIONS, 'addSpecialTokens', 'skipSpecialTokens'];
  const plan = planOf(readOptions(options, own), options.defaults);
  return new Generation((done) => steps(model, tokenizer, prompt, plan, options, done));
}

async function* steps(
  model: DecoderModel,
  tokenizer: Tokenizer,
  prompt: Prompt,
  plan: Plan,
  options: GenerateOptions,
  done: (summary: GenerationSummary) => void,
): AsyncGenerator<GenerationStep, void, void> {
  const { addSpecialTokens, skipSpecialTokens } = options;
  const given = typeof prompt === 'function' ? await prompt() : prompt;
  const promptIds = typeof given === 'string' ? tokenizer.encode(given, { addSpecialTokens }).ids : given;
  const detokenizer = new Detokenizer(tokenizer, { skipSpecialTokens, context: promptIds });
  const stop = new StopStrings(plan.stopStrings);
  const start = performance.now();
  let first = start;
  for await (const { token, index, finishReason: ended } of runPlan(model, promptIds, plan, options)) {
    const now = performance.now();
    if (index === 0) first = now;
    let { text, stopped } = stop.push(detokenizer.push(token));
    if (ended && !stopped) {
      // What was held back can no longer become anything else.
      const last = stop.push(detokenizer.flush());
      text += last.text + (last.stopped ? '' : stop.flush());
      stopped = last.stopped;
    }
    const finishReason = stopped ? 'stop' : ended;
    if (finishReason) {
      const times = { prefillMs: first - start, decodeMs: now - first };
      done({
        finishReason,
        promptTokens: promptIds.length,
        newTokens: index + 1,
        ...times,
        tokensPerSecond: times.decodeMs > 0 ? (1000 * index) / times.decodeMs : 0,
      });
    }
    yield { token, index, text, finishReason };
    if (finishReason) return;
  }
}
