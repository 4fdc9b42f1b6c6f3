// Small tokenizers of every kind that checkpoints use, made here, so that a clone without the reference
// tokenizers still tests all of the seam.

/** Ids by position. */
const vocabulary = (tokens: readonly string[]) => Object.fromEntries(tokens.map((token, id) => [token, id]));

const special = (id: number, content: string, more = {}) => ({
  id,
  content,
  special: true,
  normalized: false,
  single_word: false,
  lstrip: false,
  rstrip: false,
  ...more,
});

const template = (single: object[], pair: object[], tokens: Record<string, number>) => ({
  type: 'TemplateProcessing',
  single,
  pair,
  special_tokens: Object.fromEntries(
    Object.entries(tokens).map(([id, number]) => [id, { id, ids: [number], tokens: [id] }]),
  ),
});
const A = { Sequence: { id: 'A', type_id: 0 } };
const B = { Sequence: { id: 'B', type_id: 1 } };
const token = (id: string, type_id = 0) => ({ SpecialToken: { id, type_id } });

/** As BERT has it: lower-casing WordPiece between [CLS] and [SEP]. */
export function wordPiece() {
  const tokens = [
    '[PAD]',
    '[UNK]',
    '[CLS]',
    '[SEP]',
    'play',
    '##ing',
    '##ed',
    'the',
    'dog',
    ',',
    "'",
    's',
    'un',
    '##a',
  ];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [0, 1, 2, 3].map((id) => special(id, tokens[id])),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: template(
      [token('[CLS]'), A, token('[SEP]')],
      [token('[CLS]'), A, token('[SEP]'), B, token('[SEP]', 1)],
      { '[CLS]': 2, '[SEP]': 3 },
    ),
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: vocabulary(tokens),
    },
  };
}

/** GPT-2's alphabet: a printable character for each byte, the others moved up from U+0100. */
export function byteAlphabet(): string[] {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(printable(b) ? b : next++));
}

/** As GPT-2 has it: byte-level BPE.  Id of a byte = the byte; then merges; then <|end|> = 261. */
export function byteLevel(postProcessor: object = { type: 'ByteLevel', trim_offsets: false }) {
  const bytes = byteAlphabet();
  const merges = [
    [bytes[0x20], 't'],
    [`${bytes[0x20]}t`, 'h'],
    [`${bytes[0x20]}th`, 'e'],
    ['i', 'n'],
    // The first two bytes of most emoji: a token that ends inside a character.
    [bytes[0xf0], bytes[0x9f]],
  ];
  const tokens = [...bytes, ...merges.map((pair) => pair.join(''))];
  return {
    version: '1.0',
    added_tokens: [special(261, '<|end|>')],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: postProcessor,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      unk_token: null,
      byte_fallback: false,
      vocab: vocabulary(tokens),
      merges: merges.map((m) => m.join(' ')),
    },
  };
}

/** As Llama has it: sentencepiece-style BPE with byte fallback.  <unk> <s> </s>, 256 bytes, then pieces. */
export function byteFallback() {
  const hex = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`);
  const tokens = ['<unk>', '<s>', '</s>', ...hex, '▁', 'a', 'b', '▁a', '▁▁'];
  return {
    version: '1.0',
    added_tokens: [0, 1, 2].map((id) => special(id, tokens[id])),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    post_processor: template([token('<s>'), A], [token('<s>'), A, token('<s>', 1), B], { '<s>': 1 }),
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      fuse_unk: true,
      byte_fallback: true,
      vocab: vocabulary(tokens),
      merges: ['▁ a', '▁ ▁'],
    },
  };
}

/** As T5 has it: Unigram over Metaspace, </s> at the end. */
export function unigram() {
  const vocab: [string, number][] = [
    ['<pad>', 0],
    ['</s>', 0],
    ['<unk>', 0],
    ['▁', -2],
    ['▁hello', -3],
    ['hell', -4],
    ['o', -5],
    ['h', -6],
    ['e', -6],
    ['l', -6],
  ];
  return {
    version: '1.0',
    added_tokens: [0, 1, 2].map((id) => special(id, vocab[id][0])),
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'WhitespaceSplit' },
        { type: 'Metaspace', replacement: '▁', add_prefix_space: true, prepend_scheme: 'always' },
      ],
    },
    post_processor: template([A, token('</s>')], [A, token('</s>'), B, token('</s>')], { '</s>': 1 }),
    decoder: { type: 'Metaspace', replacement: '▁', add_prefix_space: true, prepend_scheme: 'always' },
    model: { type: 'Unigram', unk_id: 2, vocab },
  };
}
