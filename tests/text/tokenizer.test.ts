import { describe, expect, test } from '@jest/globals';
import { ArgumentError, TokenizerError } from '../../src/errors.js';
import { buildTokenizer } from '../../src/text/huggingface.js';
import { loadTokenizer } from '../../src/text/load.js';
import { byteAlphabet, byteFallback, byteLevel, unigram, wordPiece } from './tiny.js';

const bert = buildTokenizer(wordPiece());

test('loadTokenizer waits for the library and rejects as the rest throws', async () => {
  const tokenizer = await loadTokenizer(wordPiece());
  expect(tokenizer.encode('the dog')).toEqual(bert.encode('the dog'));
  await expect(loadTokenizer({})).rejects.toThrow(TokenizerError);
});

describe('encode and decode', () => {
  test('WordPiece', () => {
    expect(bert.encode('Playing, the DOG')).toEqual({
      ids: [2, 4, 5, 9, 7, 8, 3],
      typeIds: [0, 0, 0, 0, 0, 0, 0],
      dropped: 0,
    });
    expect(bert.encode('una cat').ids).toEqual([2, 12, 13, 1, 3]);
    expect(bert.encode('the dog', { addSpecialTokens: false }).ids).toEqual([7, 8]);
    expect(bert.decode([2, 4, 5, 9, 7, 8, 3])).toBe('playing, the dog');
    expect(bert.decode([2, 7, 3], { skipSpecialTokens: false })).toBe('[CLS] the [SEP]');
  });

  test('byte-level BPE', () => {
    const gpt = buildTokenizer(byteLevel());
    expect(gpt.encode('in the<|end|>').ids).toEqual([259, 258, 261]);
    const bytes = [...new TextEncoder().encode('é日')];
    expect(gpt.encode('é日').ids).toEqual(bytes);
    expect(gpt.decode(bytes)).toBe('é日');
    expect(gpt.encode('🙂').ids).toEqual([260, 0x99, 0x82]);
    // No clean-up of spaces: what the model wrote is what comes out.
    const code = "x = [ 'a' , n't ] .";
    expect(gpt.decode(gpt.encode(code).ids)).toBe(code);
  });

  test('byte fallback', () => {
    const llama = buildTokenizer(byteFallback());
    expect(llama.encode('a b').ids).toEqual([1, 262, 259, 261]);
    expect(llama.encode('é').ids).toEqual([1, 259, 3 + 0xc3, 3 + 0xa9]);
    expect(llama.decode(llama.encode('a é b').ids)).toBe('a é b');
  });

  test('Unigram', () => {
    const t5 = buildTokenizer(unigram());
    expect(t5.encode('hello hell').ids).toEqual([4, 3, 5, 1]);
    expect(t5.encode('hezo').ids).toEqual([3, 7, 8, 2, 6, 1]);
    expect(t5.decode([4, 3, 5, 1])).toBe('hello hell');
  });

  test('empty text, and no ids', () => {
    expect(bert.encode('').ids).toEqual([2, 3]);
    expect(bert.encode('', { addSpecialTokens: false }).ids).toEqual([]);
    expect(buildTokenizer(byteLevel()).encode('').ids).toEqual([]);
    expect(bert.decode([])).toBe('');
    expect(bert.decode([2, 3])).toBe('');
  });

  test('ids of any iterable; those without a token have no text; those that are none are an error', () => {
    expect(bert.decode(Int32Array.of(7, 8))).toBe('the dog');
    expect(bert.decode([7, 14, 8, 151_000])).toBe('the dog');
    for (const id of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => bert.decode([7, id])).toThrow(TokenizerError);
    expect(() => bert.encode(7 as unknown as string)).toThrow(/must be a string, got number/);
  });

  test('a character that the vocabulary lacks, without an unknown token', () => {
    const file = byteLevel();
    delete (file.model.vocab as Record<string, number>).z;
    // The reference implementation of BPE drops it.
    expect(buildTokenizer(file).encode('izi').ids).toEqual([105, 105]);
    const t5 = unigram();
    const noUnknown = { ...t5, model: { ...t5.model, unk_id: null } };
    expect(() => buildTokenizer(noUnknown).encode('z')).toThrow(TokenizerError);
  });

  test('a lone surrogate is encoded as the replacement character', () => {
    expect(buildTokenizer(byteLevel()).encode('\ud800').ids).toEqual([0xef, 0xbf, 0xbd]);
  });
});

describe('pairs', () => {
  test('segments', () => {
    expect(bert.encode('the', { pair: 'dog s' })).toMatchObject({
      ids: [2, 7, 3, 8, 11, 3],
      typeIds: [0, 0, 0, 1, 1, 1],
    });
    expect(bert.encode('the', { pair: 'dog', addSpecialTokens: false })).toMatchObject({
      ids: [7, 8],
      typeIds: [0, 1],
    });
  });

  test('an empty second text is still a second text', () => {
    expect(bert.encode('the', { pair: '' })).toMatchObject({ ids: [2, 7, 3, 3], typeIds: [0, 0, 0, 1] });
  });

  test('byte-level, which adds nothing', () => {
    expect(buildTokenizer(byteLevel()).encode('a', { pair: 'b' })).toMatchObject({
      ids: [97, 98],
      typeIds: [0, 0],
    });
    expect(buildTokenizer({ ...byteLevel(), post_processor: null }).encode('a', { pair: 'b' }).ids).toEqual([
      97, 98,
    ]);
  });

  test('RoBERTa has two separators and one segment: its model has no embedding for a second', () => {
    const processor = {
      type: 'RobertaProcessing',
      sep: ['</s>', 257],
      cls: ['<s>', 256],
      trim_offsets: true,
      add_prefix_space: false,
    };
    const file = byteLevel(processor);
    const roberta = buildTokenizer({
      ...file,
      added_tokens: [
        { id: 262, content: '<s>', special: true },
        { id: 263, content: '</s>', special: true },
      ],
    });
    expect(roberta.encode('a', { pair: 'b' })).toMatchObject({
      ids: [262, 97, 263, 263, 98, 263],
      typeIds: [0, 0, 0, 0, 0, 0],
    });
  });
});

describe('truncation', () => {
  const ids = (maxLength: number, truncate?: 'right' | 'left', pair?: string) =>
    bert.encode('the dog , the dog', { maxLength, truncate, pair });

  test('a longer text is an error unless the caller says which side to cut', () => {
    expect(ids(7)).toMatchObject({ dropped: 0 });
    expect(() => ids(6)).toThrow(TokenizerError);
    expect(() => ids(6)).toThrow(/the text has 7 tokens, maxLength is 6/);
    expect(ids(6, 'right')).toMatchObject({ ids: [2, 7, 8, 9, 7, 3], dropped: 1 });
    expect(ids(4, 'left')).toMatchObject({ ids: [2, 7, 8, 3], dropped: 3 });
    expect(ids(2, 'left')).toMatchObject({ ids: [2, 3], dropped: 5 });
  });

  // [CLS] a [SEP] b [SEP]: three special tokens; the first text has five tokens.
  test.each([
    [11, "' s ' s '", [2, 7, 8, 9, 7, 3, 10, 11, 10, 11, 3]],
    [10, "' s ' s '", [2, 7, 8, 9, 3, 10, 11, 10, 11, 3]],
    [8, "' s", [2, 7, 8, 9, 3, 10, 11, 3]],
    [5, "' s ' s ' s ' s", [2, 7, 3, 10, 3]],
    [4, "'", [2, 7, 3, 3]],
    [3, "'", [2, 3, 3]],
  ])('of a pair to %i tokens: the longer loses first', (maxLength, pair, expected) => {
    expect(ids(maxLength, 'right', pair).ids).toEqual(expected);
  });

  test('a limit below the special tokens, or that is no length', () => {
    for (const maxLength of [1, 0, -1, 1.5, Number.NaN])
      expect(() => ids(maxLength, 'right')).toThrow(ArgumentError);
    expect(buildTokenizer(byteLevel()).encode('abc', { maxLength: 0, truncate: 'right' }).ids).toEqual([]);
  });
});

describe('files as they come', () => {
  test('as text, and with nothing but a model', () => {
    const { model } = wordPiece();
    const bare = buildTokenizer(JSON.stringify({ model, added_tokens: null }), '{}');
    expect(bare.encode('the').ids).toEqual([7]);
  });

  test.each([
    ['WordPiece', wordPiece(), 'playing', [2, 4, 5, 3]],
    ['BPE', byteLevel(), ' the', [258]],
    ['Unigram', unigram(), 'hello', [4, 1]],
  ])('a model without a type, %s', (_, file, text, ids) => {
    const model: Record<string, unknown> = { ...file.model };
    delete model.type;
    if (model.merges) delete model.continuing_subword_prefix;
    expect(buildTokenizer({ ...file, model }).encode(text).ids).toEqual(ids);
  });

  test('merges as pairs, the newer form', () => {
    const file = byteLevel();
    const merges = file.model.merges.map((m) => m.split(' '));
    expect(buildTokenizer({ ...file, model: { ...file.model, merges } }).encode(' the').ids).toEqual([258]);
  });

  test('a truncation and padding saved into the file are not obeyed', () => {
    const saved = {
      ...wordPiece(),
      truncation: { direction: 'Right', max_length: 3, strategy: 'LongestFirst', stride: 0 },
      padding: {
        strategy: { Fixed: 32 },
        direction: 'Right',
        pad_to_multiple_of: null,
        pad_id: 0,
        pad_type_id: 0,
        pad_token: '[PAD]',
      },
    };
    expect(buildTokenizer(saved).encode('the dog the dog').ids).toEqual([2, 7, 8, 7, 8, 3]);
  });

  test('added tokens that only tokenizer_config.json lists', () => {
    const config = {
      added_tokens_decoder: { '14': { content: '<new>', special: true }, '0': { content: '[PAD]' } },
    };
    const tokenizer = buildTokenizer(wordPiece(), config);
    expect(tokenizer.encode('the<new>dog').ids).toEqual([2, 7, 14, 8, 3]);
    expect(tokenizer.decode([7, 14, 8])).toBe('the dog');
    expect(tokenizer.vocabSize).toBe(15);
  });

  test('an added token that the normalizer changes', () => {
    const file = wordPiece();
    const added = [...file.added_tokens, { id: 14, content: 'FOO', normalized: true, special: false }];
    expect(buildTokenizer({ ...file, added_tokens: added }).encode('the Foo').ids).toEqual([2, 7, 14, 3]);
  });

  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /not JSON/],
    ['a list', '[]', /not a JSON object/],
    ['null', null, /not a JSON object/],
    ['no model', {}, /no model/],
    ['a model of another kind', { model: { type: 'WordLevel', vocab: {} } }, /type "WordLevel"/],
    ['a model of no kind', { model: { vocab: {} } }, /type undefined/],
    ['no vocab', { model: { type: 'BPE', merges: [] } }, /without a vocab/],
    ['an id that is text', { model: { type: 'BPE', vocab: { a: '1' }, merges: [] } }, /token "a" the id "1"/],
    ['a negative id', { model: { type: 'BPE', vocab: { a: -1 }, merges: [] } }, /id -1/],
    [
      'an id that would make a huge table',
      { model: { type: 'BPE', vocab: { a: 4e9 }, merges: [] } },
      /id 4000000000/,
    ],
    ['a Unigram entry without a score', { model: { type: 'Unigram', vocab: [['a']] } }, /\[token, score\]/],
    ['BPE without merges', { model: { type: 'BPE', vocab: { a: 1 } } }, /cannot be used/],
    ['an unknown normalizer', { ...wordPiece(), normalizer: { type: 'Magic' } }, /cannot be used: .*Magic/],
    ['added tokens that are no list', { ...wordPiece(), added_tokens: 7 }, /no list/],
    ['an added token without content', { ...wordPiece(), added_tokens: [{ id: 1 }] }, /no content/],
    ['an empty added token', { ...wordPiece(), added_tokens: [{ id: 1, content: '' }] }, /empty string/],
    ['an added token without id', { ...wordPiece(), added_tokens: [{ content: 'x' }] }, /id undefined/],
  ])('%s', (_, file, message) => {
    expect(() => buildTokenizer(file)).toThrow(TokenizerError);
    expect(() => buildTokenizer(file)).toThrow(message);
  });

  test('names that would poison a prototype are tokens', () => {
    const file = JSON.parse(
      JSON.stringify(byteLevel()).replace('"vocab":{', '"vocab":{"__proto__":262,'),
    ) as object;
    const tokenizer = buildTokenizer(file);
    expect(tokenizer.tokenToId('__proto__')).toBe(262);
    expect(tokenizer.decode([262])).toBe('__proto__');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('roles', () => {
  test('by the configuration, as text or as an object', () => {
    const config = {
      bos_token: '[CLS]',
      eos_token: { content: '[SEP]' },
      pad_token: null,
      model_max_length: 512,
    };
    const tokenizer = buildTokenizer(wordPiece(), config);
    expect(tokenizer.special).toEqual({ bos: 2, eos: 3, cls: 2, sep: 3, pad: 0, unk: 1 });
    expect(tokenizer.modelMaxLength).toBe(512);
  });

  test('by customary names without one', () => {
    expect(bert.special).toEqual({ pad: 0, unk: 1, cls: 2, sep: 3 });
    expect(bert.modelMaxLength).toBeUndefined();
    expect(buildTokenizer(wordPiece(), { model_max_length: 1e30 }).modelMaxLength).toBeUndefined();
    expect(buildTokenizer(byteFallback()).special).toEqual({ unk: 0, bos: 1, eos: 2 });
  });

  test('a token with a role is skipped in decoding even if the file does not call it special', () => {
    const file = wordPiece();
    const added = file.added_tokens.map((t) => (t.id === 3 ? { ...t, special: false } : t));
    expect(buildTokenizer({ ...file, added_tokens: added }, { eos_token: '[SEP]' }).decode([7, 3])).toBe(
      'the',
    );
    expect([...buildTokenizer(file).specialIds].sort()).toEqual([0, 1, 2, 3]);
  });

  test('sizes and names', () => {
    expect(bert.vocabSize).toBe(14);
    expect(bert.idToToken(5)).toBe('##ing');
    expect(bert.idToToken(99)).toBeUndefined();
    expect(bert.tokenToId('dog')).toBe(8);
    expect(bert.tokenToId('toString')).toBeUndefined();
    expect(byteAlphabet()[0x20]).toBe('Ġ');
  });
});
