/** The tokenizer of the sort model: numbers between spaces or commas, each a token. */
import { NUMBERS } from './data.mjs';

const SPECIAL = ['<pad>', '<unk>'];

/** The token of 0; that of n is n higher. */
export const FIRST_ID = SPECIAL.length;
export const VOCAB_SIZE = FIRST_ID + NUMBERS;

export const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: SPECIAL.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: { type: 'Replace', pattern: { String: ',' }, content: ' ' },
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: null,
  decoder: { type: 'WordPiece', prefix: '##', cleanup: false },
  model: {
    type: 'WordPiece',
    unk_token: '<unk>',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries([
      ...SPECIAL.map((token, id) => [token, id]),
      ...Array.from({ length: NUMBERS }, (_, n) => [String(n), n + FIRST_ID]),
    ]),
  },
};

export const tokenizerConfig = { pad_token: '<pad>', unk_token: '<unk>' };
