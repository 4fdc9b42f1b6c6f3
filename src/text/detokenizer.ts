// Text from token ids as they are generated.  Tokens are not characters: a byte-level token may end
// inside a UTF-8 sequence, and a sentencepiece token's leading space shows only beside its neighbour.
// So a window of recent ids is decoded again at each step, and only what can no longer change is given
// out.  The pieces, joined, are the text of all ids.
import type { Tokenizer } from './tokenizer.js';

export interface DetokenizerOptions {
  /** Leave out special tokens; by default true. */
  readonly skipSpecialTokens?: boolean;
  /** Ids before the first one pushed, usually the prompt's: read for context, not given out. */
  readonly context?: Iterable<number>;
}

/** What decoders put for a sequence that is not, or not yet, UTF-8. */
const REPLACEMENT = '\ufffd';

// A character takes at most four bytes, a token carries at least one: what is older than this is settled.
const CONTEXT = 6;
const MAX_WINDOW = 24;

export class Detokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #skip: ReadonlySet<number>;
  #window: number[] = [];
  /** Length of the part of the window's text that has been given out. */
  #given = 0;

  constructor(tokenizer: Tokenizer, { skipSpecialTokens = true, context = [] }: DetokenizerOptions = {}) {
    this.#tokenizer = tokenizer;
    this.#skip = skipSpecialTokens ? tokenizer.specialIds : new Set();
    // The context's own unfinished character, if any, is the context's: it has been given out as far as we know.
    for (const id of context) if (this.#shows(id)) this.#window.push(id);
    this.#window = this.#window.slice(-MAX_WINDOW);
    this.#given = settled(this.#text(this.#window));
  }

  /** Takes the next id; returns the text that became certain, often one word, sometimes none. */
  push(id: number): string {
    // Special tokens are dropped here, not by the decoder: as a window's only context they would hide
    // whether the next token begins the text.
    if (!this.#shows(id)) return '';
    this.#window.push(id);
    const text = this.#text(this.#window);
    const end = settled(text);
    const piece = text.slice(this.#given, end);
    this.#given = Math.max(this.#given, end);
    if (this.#window.length > MAX_WINDOW) this.#shrink(text.length - end);
    return piece;
  }

  /** Ends the text: returns what was held back, an unfinished character as U+FFFD. */
  flush(): string {
    const piece = this.#text(this.#window).slice(this.#given);
    this.#given += piece.length;
    return piece;
  }

  /** Ids beyond the vocabulary have no text, and would only fill the window. */
  #shows(id: number): boolean {
    return !this.#skip.has(id) && this.#tokenizer.idToToken(id) !== undefined;
  }

  #shrink(held: number): void {
    const recent = this.#window.slice(-CONTEXT);
    const text = this.#text(recent);
    this.#window = recent;
    this.#given = text.length - held;
  }

  #text(ids: readonly number[]): string {
    return ids.length === 0 ? '' : this.#tokenizer.decode(ids, { skipSpecialTokens: false });
  }
}

/** Length of the text without an ending that the next token could still complete. */
function settled(text: string): number {
  return text.endsWith(REPLACEMENT) ? text.length - REPLACEMENT.length : text.length;
}
