// Embeddings: what a text's vector is, that company does not change it, and what is refused.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ArgumentError, ConfigError, TokenizerError } from '../../src/errors.js';
import type { EncoderModel } from '../../src/models/base.js';
import { createEngine, type Engine, fromPretrained, type Pretrained } from '../../src/node.js';
import { expectClose } from '../close.js';
import { everyEngine } from '../engine.js';
import { tinyDecoder, tinyEncoder } from '../models/tiny.js';

const TEXTS = ['The cat.', 'a', 'Is it a cat, or not a cat?', 'cat The.', 'No cats here', 'yes!'];

const settings = (flags: object, normalize = false) =>
  [
    [
      'modules.json',
      [
        { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
        { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
        ...(normalize
          ? [{ idx: 2, name: '2', path: '2_Normalize', type: 'sentence_transformers.models.Normalize' }]
          : []),
      ],
    ],
    ['1_Pooling/config.json', { word_embedding_dimension: 36, ...flags }],
  ] as const;

everyEngine('embed', (engine) => {
  let tiny: Pretrained;
  beforeAll(async () => {
    tiny = await fromPretrained(engine(), tinyEncoder());
  });
  afterAll(() => tiny.dispose());

  test('a vector is the same bits alone, in any batch, and however it is padded', async () => {
    const alone: Float32Array[] = [];
    for (const text of TEXTS) alone.push(await tiny.embed(text));
    for (const batchSize of [1, 2, 3, 32]) expect(await tiny.embed(TEXTS, { batchSize })).toEqual(alone);
    const reversed = await tiny.embed([...TEXTS].reverse());
    expect(reversed.reverse()).toEqual(alone);
    // And texts differ, also in the order of their words.
    expect(alone[0]).not.toEqual(alone[3]);
  });

  test('also across the tiles of the kernels, up to 250 tokens', async () => {
    const config = { num_hidden_layers: 1, max_position_embeddings: 260 };
    using long = await fromPretrained(engine(), tinyEncoder({ config }));
    const texts = [1, 14, 30, 31, 61, 62, 63, 125, 126, 248].map((n) =>
      Array.from({ length: n }, (_, i) => 'abcdefghijklm'[(i * i + n) % 13]).join(''),
    );
    const batch = await long.embed(texts, { pooling: 'cls' });
    for (const [i, text] of texts.entries())
      expect(batch[i]).toEqual(await long.embed(text, { pooling: 'cls' }));
  });

  test.each(['mean', 'cls', 'lasttoken', 'max', 'mean_sqrt_len', 'weightedmean'] as const)(
    'pooling %s is what its name says',
    async (pooling) => {
      const [, , vector] = await tiny.embed(TEXTS, { pooling });
      const { ids } = tiny.tokenizer!.encode(TEXTS[2]);
      const states = engine().scope(() =>
        (tiny.model as EncoderModel).forward([ids]).lastHiddenState.toArray(),
      );
      const n = ids.length;
      const D = states.length / n;
      const column = (d: number): number[] => ids.map((_, s) => states[s * D + d]);
      const sum = (xs: number[]): number => xs.reduce((a, b) => a + b, 0);
      const how: Record<string, (xs: number[]) => number> = {
        mean: (xs) => sum(xs) / n,
        mean_sqrt_len: (xs) => sum(xs) / Math.sqrt(n),
        weightedmean: (xs) => sum(xs.map((x, i) => x * (i + 1))) / ((n * (n + 1)) / 2),
        max: (xs) => Math.max(...xs),
        cls: (xs) => xs[0],
        lasttoken: (xs) => xs[n - 1],
      };
      const want = Array.from({ length: D }, (_, d) => how[pooling](column(d)));
      expectClose(vector, want, { abs: 1e-6, rel: 1e-6 });
    },
  );

  test('normalize gives vectors of length 1 in the same direction', async () => {
    const [plain, unit] = [await tiny.embed('a cat'), await tiny.embed('a cat', { normalize: true })];
    const length = Math.hypot(...plain);
    expectClose(
      unit,
      Array.from(plain, (x) => x / length),
      { abs: 1e-6 },
    );
    expect(Math.abs(Math.hypot(...unit) - 1)).toBeLessThan(1e-6);
  });

  test('a decoder embeds too, by its last token', async () => {
    using decoder = await fromPretrained(engine(), tinyDecoder());
    const vectors = await decoder.embed(TEXTS, { pooling: 'lasttoken' });
    expect(vectors[1]).toEqual(await decoder.embed(TEXTS[1], { pooling: 'lasttoken' }));
    expect(vectors[1].length).toBe(32);
  });
});

describe('what the repository says', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine();
  });
  afterAll(() => engine.dispose());
  const open = (extra: readonly (readonly [string, unknown])[]) =>
    fromPretrained(engine, tinyEncoder({ extra }));

  test('pooling and normalization from modules.json', async () => {
    using plain = await open([]);
    using said = await open(
      settings({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }, true),
    );
    expect(said.embedSettings).toEqual({ pooling: 'cls', normalize: true });
    expect(await said.embed('a cat')).toEqual(
      await plain.embed('a cat', { pooling: 'cls', normalize: true }),
    );
    // The caller may know better.
    const options = { pooling: 'mean', normalize: false } as const;
    expect(await said.embed('a cat', options)).toEqual(await plain.embed('a cat'));
  });

  test('the newer way to name the pooling, and the length', async () => {
    const length = ['sentence_bert_config.json', { max_seq_length: 7 }] as const;
    using said = await open([...settings({ pooling_mode: 'lasttoken' }), length]);
    expect(said.embedSettings).toEqual({ pooling: 'lasttoken', normalize: false, maxLength: 7 });
    await expect(said.embed('too long for it')).rejects.toThrow(/maxLength is 7/);
  });

  test.each([
    [settings({ pooling_mode_mean_tokens: true, pooling_mode_max_tokens: true }), /it chooses mean and max/],
    [settings({}), /it chooses none/],
    [settings({ pooling_mode: 'attention' }), /it chooses attention/],
    [[['modules.json', {}]], /modules\.json must be a list/],
    [[['modules.json', [{ type: 7 }]]], /needs a type and a path/],
    [[['modules.json', [{ type: 'sentence_transformers.models.Dense', path: '2_Dense' }]]], /asks for Dense/],
  ] as [readonly (readonly [string, unknown])[], RegExp][])(
    'case %#: what is not supported is refused',
    async (extra, message) => {
      const before = engine.memory.blocks;
      await expect(open(extra)).rejects.toThrow(message);
      await expect(open(extra)).rejects.toBeInstanceOf(ConfigError);
      expect(engine.memory.blocks).toBe(before);
    },
  );
});

describe('what is refused', () => {
  let engine: Engine;
  let tiny: Pretrained;
  beforeAll(async () => {
    engine = await createEngine();
    tiny = await fromPretrained(engine, tinyEncoder());
    await tiny.embed('warm up');
  });
  afterAll(() => engine.dispose());

  test('an empty text, by its place; the engine goes on', async () => {
    const { blocks } = engine.memory;
    await expect(tiny.embed(['a', '', 'b'])).rejects.toThrow('texts[1] is empty');
    await expect(tiny.embed('')).rejects.toBeInstanceOf(ArgumentError);
    expect(engine.memory.blocks).toBe(blocks);
    expect((await tiny.embed('a')).length).toBe(36);
  });

  test('no texts give no vectors', async () => {
    expect(await tiny.embed([])).toEqual([]);
  });

  test('a text that is too long, unless it may be cut', async () => {
    const long = 'x'.repeat(100);
    await expect(tiny.embed(long)).rejects.toThrow(/102 tokens, maxLength is 31/);
    await expect(tiny.embed(long)).rejects.toBeInstanceOf(TokenizerError);
    expect(await tiny.embed(long, { truncate: 'right' })).toEqual(await tiny.embed('x'.repeat(29)));
    await expect(tiny.embed('abcdef', { maxLength: 5 })).rejects.toThrow(/maxLength is 5/);
  });

  test('a batch size that is none', async () => {
    await expect(tiny.embed('a', { batchSize: 0 })).rejects.toThrow(/batchSize/);
  });

  test('an unknown pooling', async () => {
    const { blocks } = engine.memory;
    await expect(tiny.embed('a', { pooling: 'sum' as never })).rejects.toThrow(ArgumentError);
    expect(engine.memory.blocks).toBe(blocks);
  });

  test('an abort between batches', async () => {
    const { blocks } = engine.memory;
    const controller = new AbortController();
    const done: number[] = [];
    const onProgress = (p: { done: number }): void => {
      if (done.push(p.done) === 2) controller.abort(new Error('enough'));
    };
    const run = tiny.embed(TEXTS, { batchSize: 2, signal: controller.signal, onProgress });
    await expect(run).rejects.toThrow('enough');
    expect(done).toEqual([2, 4]);
    expect(engine.memory.blocks).toBe(blocks);
  });
});
