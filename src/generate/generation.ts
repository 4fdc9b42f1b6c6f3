// A text in the making, as the caller sees it, wherever it is made.
import { ArgumentError } from '../errors.js';
import type { FinishReason, IdStep } from './ids.js';

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
