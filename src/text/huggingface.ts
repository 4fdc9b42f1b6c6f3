// A Tokenizer over @huggingface/tokenizers (pure JavaScript, the library that transformers.js uses).
// Its pieces are called one by one rather than through its `encode`, because between tokenizing and
// adding special tokens comes truncation, which it does not have; and because it takes an empty second
// text for none.
import { Tokenizer as Library } from '@huggingface/tokenizers';
import { TokenizerError } from '../errors.js';
import { type JsonObject, jsonObject, normalizeFile, roleTokens, type TokenizerFile } from './file.js';
import type { DecodeOptions, EncodeOptions, Encoding, SpecialTokenIds, Tokenizer } from './tokenizer.js';
import { truncate } from './truncate.js';

/** See loadTokenizer(). */
export function buildTokenizer(tokenizerJson: unknown, tokenizerConfig: unknown = {}): Tokenizer {
  const config = jsonObject(tokenizerConfig, 'tokenizer_config.json');
  const file = normalizeFile(jsonObject(tokenizerJson, 'tokenizer.json'), config);
  const roles = roleTokens(config);
  // The library wants plain strings for the role tokens.
  const plain = Object.fromEntries([...roles].map(([role, token]) => [`${role}_token`, token]));
  let library: Library;
  try {
    library = new Library(file, { ...config, ...plain });
  } catch (cause) {
    throw new TokenizerError(`tokenizer.json cannot be used: ${(cause as Error).message}`, { cause });
  }
  return new HuggingFaceTokenizer(library, file, config);
}

// Roles by the names that BERT, RoBERTa, T5 and Llama gave them, for a tokenizer.json without a config.
const CUSTOMARY: Readonly<Record<keyof SpecialTokenIds, readonly string[]>> = {
  bos: ['<s>'],
  eos: ['</s>', '<|endoftext|>'],
  unk: ['[UNK]', '<unk>'],
  sep: ['[SEP]'],
  pad: ['[PAD]', '<pad>'],
  cls: ['[CLS]'],
  mask: ['[MASK]', '<mask>'],
};

interface Processed {
  readonly tokens: string[];
  readonly token_type_ids?: number[];
}

class HuggingFaceTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly special: SpecialTokenIds;
  readonly specialIds: ReadonlySet<number>;
  readonly modelMaxLength: number | undefined;
  readonly #library: Library;
  /** Texts of added tokens, as written and as the normalizer leaves them. */
  readonly #added = new Map<string, number>();
  readonly #unknown: number | undefined;
  /** RoBERTa has one segment only; the library numbers two. */
  readonly #oneSegment: boolean;

  constructor(library: Library, file: TokenizerFile, config: JsonObject) {
    this.#library = library;
    // A file may say null.
    this.#unknown = library.model!.unk_token_id ?? undefined;
    this.#oneSegment = JSON.stringify(file.post_processor).includes('"RobertaProcessing"');
    for (const { id, content } of file.added_tokens) this.#added.set(content, id);
    for (const token of library.get_added_tokens_decoder().values())
      if (token.normalized && library.normalizer !== null)
        this.#added.set(library.normalizer.normalize(token.content), token.id);

    const skipped = new Set(file.added_tokens.filter((t) => t.special).map((t) => t.id));
    const special: { -readonly [K in keyof SpecialTokenIds]: number } = {};
    const roles = roleTokens(config);
    for (const [role, names] of Object.entries(CUSTOMARY) as [keyof SpecialTokenIds, readonly string[]][]) {
      const given = roles.get(role);
      const name = given ?? names.find((n) => skipped.has(this.tokenToId(n) ?? -1));
      const id = name === undefined ? undefined : this.tokenToId(name);
      if (id === undefined) continue;
      special[role] = id;
      skipped.add(id);
    }
    this.special = special;
    this.specialIds = skipped;

    const { vocab } = library.model!;
    this.vocabSize = vocab.length;
    const limit = config.model_max_length;
    // "No limit" is written as 1e30.
    this.modelMaxLength = typeof limit === 'number' && limit > 0 && limit < 2 ** 31 ? limit : undefined;
  }

  encode(text: string, options: EncodeOptions = {}): Encoding {
    const { addSpecialTokens = true, pair } = options;
    const first = this.#tokenize(text);
    const second = pair === undefined ? null : this.#tokenize(pair);
    const cut = truncate(
      first,
      second,
      options,
      () => this.#process([], second && [], addSpecialTokens).tokens.length,
    );
    const { tokens, token_type_ids: types } = this.#process(cut.first, cut.second, addSpecialTokens);
    const ids: number[] = [];
    const typeIds: number[] = [];
    tokens.forEach((token, i) => {
      const id = this.#added.get(token) ?? this.tokenToId(token) ?? this.#unknown;
      if (id === undefined)
        throw new TokenizerError(`the vocabulary has no token for ${JSON.stringify(token)}`);
      ids.push(id);
      typeIds.push(this.#oneSegment ? 0 : (types?.[i] ?? 0));
    });
    return { ids, typeIds, dropped: cut.dropped };
  }

  #tokenize(text: string): string[] {
    if (typeof text !== 'string') throw new TokenizerError(`a text must be a string, got ${typeof text}`);
    return this.#library.tokenize(text, { add_special_tokens: false });
  }

  #process(first: string[], second: string[] | null, addSpecialTokens: boolean): Processed {
    const processor = this.#library.post_processor;
    if (processor !== null && processor !== undefined) {
      const out = processor.post_process(first, second, addSpecialTokens);
      // ByteLevel, which adds nothing, hands the pair back beside the first text.
      return out.tokens_pair ? { tokens: [...out.tokens, ...out.tokens_pair] } : out;
    }
    return { tokens: second === null ? first : [...first, ...second] };
  }

  decode(ids: Iterable<number>, { skipSpecialTokens = true }: DecodeOptions = {}): string {
    const known: number[] = [];
    for (const id of ids) {
      if (!Number.isSafeInteger(id) || id < 0) throw new TokenizerError(`${String(id)} is not a token id`);
      if (this.idToToken(id) === undefined || (skipSpecialTokens && this.specialIds.has(id))) continue;
      known.push(id);
    }
    if (known.length === 0) return '';
    return this.#library.decode(known, {
      skip_special_tokens: skipSpecialTokens,
      clean_up_tokenization_spaces: false,
    });
  }

  tokenToId(token: string): number | undefined {
    return this.#library.token_to_id(token);
  }

  idToToken(id: number): string | undefined {
    return this.#library.id_to_token(id);
  }
}
