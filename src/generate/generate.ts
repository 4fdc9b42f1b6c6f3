// Generation of text: a prompt goes in, pieces of text come out as they become certain.
import { ArgumentError } from '../errors.js';
import type { DecoderModel } from '../models/base.js';
import { Detokenizer } from '../text/detokenizer.js';
import type { Tokenizer } from '../text/tokenizer.js';
import { type GenerationOptions, type Plan, planOf, readOptions } from './config.js';
import { type FinishReason, type IdStep, RUN_OPTIONS, type RunOptions, runPlan } from './ids.js';
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

/** One token, with the text that it adds. */
export interface GenerationStep extends IdStep {
  /** The text that this token makes certain; often one word, sometimes nothing yet. */
  readonly text: string;
}

/** What a generation came to, once it has ended. */
export interface GenerationSummary {
  readonly finishReason: FinishReason;
  readonly promptTokens: number;
  readonly newTokens: number;
  /** Until the first token, in milliseconds. */
  readonly prefillMs: number;
  /** From the first token to the last, in milliseconds. */
  readonly decodeMs: number;
  /** Of the tokens after the first; 0 if there are none. */
  readonly tokensPerSecond: number;
}

/** The whole text at once. */
export interface GenerationResult extends GenerationSummary {
  /** All that was generated, without the prompt. */
  readonly text: string;
  readonly tokens: readonly number[];
}

/**
 * A text in the making.  `for await` over it gives the steps; `result()` runs it to its end.  It starts
 * with the first of the two and can be run once.
 */
export class Generation implements AsyncIterable<GenerationStep> {
  #run: (() => AsyncGenerator<GenerationStep, void, void>) | null;
  #summary: GenerationSummary | null = null;

  constructor(
    run: (done: (summary: GenerationSummary) => void) => AsyncGenerator<GenerationStep, void, void>,
  ) {
    this.#run = () =>
      run((summary) => {
        this.#summary = summary;
      });
  }

  /** Null until the last step has come. */
  get summary(): GenerationSummary | null {
    return this.#summary;
  }

  /** Starts it; each step comes as soon as its token is there. @throws ArgumentError the second time */
  [Symbol.asyncIterator](): AsyncGenerator<GenerationStep, void, void> {
    const run = this.#run;
    if (!run) throw new ArgumentError('a generation can be iterated once; call generate() again');
    this.#run = null;
    return run();
  }

  /** Runs it to its end. @throws ArgumentError if it has been iterated already, and what iterating throws */
  async result(): Promise<GenerationResult> {
    let text = '';
    const tokens: number[] = [];
    for await (const step of this) {
      text += step.text;
      tokens.push(step.token);
    }
    return { text, tokens, ...(this.#summary as GenerationSummary) };
  }
}

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
