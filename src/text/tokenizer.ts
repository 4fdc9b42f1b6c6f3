// The seam to tokenizers: what the rest of the package asks of one, in our words.  The work is done by
// @huggingface/tokenizers (see load.ts); a tokenizer of the caller's own fits as well.

/** What encoding adds, and what becomes of a text that is too long. */
export interface EncodeOptions {
  /** Add what the model was trained to see around a text ([CLS], <s>, </s> …); by default true. */
  readonly addSpecialTokens?: boolean;
  /** A second text for the same input: a question's context, a reranker's document.  May be empty. */
  readonly pair?: string;
  /** The most tokens, special ones included. */
  readonly maxLength?: number;
  /**
   * What happens to a longer text: an error (the default, since a cut text gives a wrong answer in
   * silence), or tokens dropped from its end (`right`) or its start (`left`).  Of a pair, the longer
   * text loses first.
   */
  readonly truncate?: 'error' | 'right' | 'left';
}

/** A text as tokens. */
export interface Encoding {
  readonly ids: number[];
  /** Segment of each token: 0, or 1 where the tokenizer marks the second text of a pair. */
  readonly typeIds: number[];
  /** Tokens that truncation dropped. */
  readonly dropped: number;
}

/** What decoding leaves out. */
export interface DecodeOptions {
  /** Leave out special tokens; by default true. */
  readonly skipSpecialTokens?: boolean;
}

/** Ids of the tokens with a role, where the tokenizer has them. */
export interface SpecialTokenIds {
  readonly bos?: number;
  readonly eos?: number;
  readonly unk?: number;
  readonly sep?: number;
  readonly pad?: number;
  readonly cls?: number;
  readonly mask?: number;
}

export type SpecialTokenRole = keyof SpecialTokenIds;

/** From text to token ids and back, as a tokenizer.json says. */
export interface Tokenizer {
  /** One more than the largest id; a model's embedding has at least so many rows. */
  readonly vocabSize: number;
  readonly special: SpecialTokenIds;
  /** All ids that `skipSpecialTokens` leaves out. */
  readonly specialIds: ReadonlySet<number>;
  /** The longest input the model was trained for, where the tokenizer's configuration tells it. */
  readonly modelMaxLength: number | undefined;
  /** @throws TokenizerError on a text that is too long, or that the vocabulary cannot express */
  encode(text: string, options?: EncodeOptions): Encoding;
  /**
   * The text of ids, as tokenizer.json's decoder gives it; spaces are not "cleaned up" afterwards, so
   * that code and quotations come out as the model wrote them.  Ids beyond the vocabulary, which models
   * with padded embeddings can produce, have no text.
   * @throws TokenizerError on what is no id at all: negative, fractional, NaN
   */
  decode(ids: Iterable<number>, options?: DecodeOptions): string;
  /** The id of a token as the vocabulary writes it; undefined if there is none. */
  tokenToId(token: string): number | undefined;
  /** A token as the vocabulary writes it; undefined for an id that is not there. */
  idToToken(id: number): string | undefined;
}
