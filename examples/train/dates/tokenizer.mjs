/** The tokenizer of the dates model: characters, without case; for what is read and for what is written. */
import { MONTHS } from './calendar.mjs';

const SPECIAL = ['<pad>', '<s>', '</s>', '<unk>'];
export const [PAD, START, END] = [0, 1, 2];

const letters = [
  ...new Set([...MONTHS, 'Monday Tuesday Wednesday Thursday Friday', 'st nd rd th of the on'].join('')),
];
const characters = [
  ...'0123456789',
  ..." -,./'",
  ...letters.filter((c) => c !== ' ').map((c) => c.toLowerCase()),
];
const vocabulary = [...SPECIAL, ...[...new Set(characters)].sort()];

export const VOCAB_SIZE = vocabulary.length;
const ids = new Map(vocabulary.map((token, id) => [token, id]));

/** What tokenizer.json does, for training. @param {string} text */
export function encode(text) {
  return Array.from(text.toLowerCase(), (c) => ids.get(c) ?? ids.get('<unk>') ?? 0);
}

/** The inverse. @param {readonly number[]} ids */
export function decode(ids) {
  return ids.map((id) => vocabulary[id]).join('');
}

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
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Lowercase' },
      { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
      { type: 'Strip', strip_left: true, strip_right: true },
    ],
  },
  // One word a character: byte-pair encoding without pairs.
  pre_tokenizer: { type: 'Split', pattern: { Regex: '[\\s\\S]' }, behavior: 'Isolated', invert: false },
  post_processor: null,
  decoder: { type: 'Fuse' },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: '<unk>',
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
    merges: [],
  },
};

export const tokenizerConfig = {
  pad_token: '<pad>',
  bos_token: '<s>',
  eos_token: '</s>',
  unk_token: '<unk>',
};
