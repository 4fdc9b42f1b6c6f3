/**
 * tokenizer.json of single characters, as Hugging Face's tokenizers read it: byte-pair encoding without pairs.
 * @param {readonly string[]} vocabulary
 */
export function characterTokenizer(vocabulary) {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    // One word a character, so that no word is long: the time of BPE grows with the square of it.
    pre_tokenizer: { type: 'Split', pattern: { Regex: '[\\s\\S]' }, behavior: 'Isolated', invert: false },
    post_processor: null,
    decoder: { type: 'Fuse' },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(vocabulary.map((c, i) => [c, i])),
      merges: [],
    },
  };
}
