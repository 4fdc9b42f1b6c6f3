// A model in a worker gives what the model here gives: bits, steps, errors.  On threads of Node; real browsers run
// the same in tests/bundlers.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createEngine,
  type Engine,
  fromPretrained as here,
  memorySource,
  type Pretrained,
} from '../../src/node.js';
import {
  ArgumentError,
  DisposedError,
  fromPretrained,
  MissingFileError,
  UnsupportedModelError,
  type WorkerModel,
} from '../../src/worker/node/client.js';
import { tinyDecoderFiles, tinyEncoderFiles } from '../models/tiny.js';

const SAMPLING = { maxNewTokens: 40, doSample: true, temperature: 1.5, seed: 7, eosTokenId: null } as const;
const bits = (values: Float32Array): number[] => [
  ...new Uint32Array(values.buffer, values.byteOffset, values.length),
];

let engine: Engine;
let decoder: Pretrained;
let encoder: Pretrained;
let farDecoder: WorkerModel;
let farEncoder: WorkerModel;
beforeAll(async () => {
  engine = await createEngine();
  decoder = await here(engine, memorySource(tinyDecoderFiles()));
  encoder = await here(engine, memorySource(tinyEncoderFiles()));
  farDecoder = await fromPretrained(tinyDecoderFiles());
  farEncoder = await fromPretrained(tinyEncoderFiles(), { threads: 2 });
});
afterAll(() => {
  engine.dispose();
  farDecoder.dispose();
  farEncoder.dispose();
});

describe('the same as here', () => {
  test('what the files say, and what runs it', () => {
    const { config, modelConfig, kind, variant, threads } = farDecoder.about;
    expect(config).toEqual(decoder.config);
    expect(modelConfig).toEqual({ ...decoder.model.config });
    expect({ kind, variant, threads }).toEqual({ kind: 'decoder', variant: 'simd', threads: 1 });
    expect(farEncoder.about).toMatchObject({ kind: 'encoder', threads: 2, threadsReason: null });
  });

  test('embeddings, one and many', async () => {
    const texts = ['a text', 'another, longer text', 'x'];
    const progress: unknown[] = [];
    const options = { batchSize: 2, normalize: true } as const;
    const far = await farEncoder.embed(texts, { ...options, onProgress: (p) => progress.push(p) });
    const near = await encoder.embed(texts, options);
    expect(far.map(bits)).toEqual(near.map(bits));
    expect(bits(await farEncoder.embed('x', options))).toEqual(bits(near[2]));
    expect(progress).toEqual([
      { done: 2, total: 3 },
      { done: 3, total: 3 },
    ]); // prettier-ignore
  });

  test('a generation, as steps and as a result', async () => {
    const generation = farDecoder.generate('a text', SAMPLING);
    expect(generation.summary).toBeNull();
    const far = [];
    for await (const step of generation) far.push(step);
    const near = [];
    for await (const step of decoder.generate('a text', SAMPLING)) near.push(step);
    expect(far).toEqual(near);
    expect(far).toHaveLength(40);
    expect(generation.summary).toMatchObject({ finishReason: 'length', newTokens: 40 });
    const { text, tokens } = await farDecoder.generate('a text', SAMPLING).result();
    expect({ text, tokens }).toEqual({
      text: near.map((step) => step.text).join(''),
      tokens: near.map((step) => step.token),
    });
  });

  test('several at once', async () => {
    const want = await decoder.generate('a text', SAMPLING).result();
    const all = await Promise.all(
      Array.from({ length: 4 }, () => farDecoder.generate('a text', SAMPLING).result()),
    );
    expect(all.map(({ text }) => text)).toEqual(Array(4).fill(want.text));
  });

  test('hidden states, attention maps and logits of texts', async () => {
    const far = await farDecoder.forward(['a text', 'ab'], {
      outputHiddenStates: true,
      outputAttentions: [-1],
      logits: 'last',
    });
    const [long, short] = ['a text', 'ab'].map((text) => decoder.tokenizer!.encode(text).ids);
    expect(far.shape).toEqual([2, long.length]);
    expect([...far.inputIds.slice(0, long.length)]).toEqual(long);
    expect([...far.attentionMask]).toEqual([
      ...long.map(() => 1),
      ...long.map((_, i) => +(i < short.length)),
    ]);
    expect(far.attentions).toHaveLength(1);
    const alone = await farDecoder.forward([long], { outputHiddenStates: true, outputAttentions: true });
    const { layers, hiddenSize, vocabSize } = farDecoder.about.modelConfig;
    expect(alone.hiddenStates).toHaveLength(layers + 1);
    expect(alone.logits?.shape).toEqual([1, long.length, vocabSize]);
    expect(far.logits?.shape).toEqual([2, 1, vocabSize]);
    // A row means the same alone and in a batch, in a worker as here.
    const row = (values: Float32Array) => bits(values).slice(0, long.length * hiddenSize);
    expect(row(far.lastHiddenState.data)).toEqual(row(alone.lastHiddenState.data));
    expect(bits(alone.hiddenStates!.at(-1)!.data)).toEqual(bits(alone.lastHiddenState.data));
    engine.scope(() => {
      const model = decoder.model as {
        forward(ids: number[][]): { lastHiddenState: { toArray(): unknown } };
      };
      const near = model.forward([long]).lastHiddenState.toArray() as Float32Array;
      expect(bits(alone.lastHiddenState.data)).toEqual(bits(near));
    });
  });

  test('of an encoder, with its pooler', async () => {
    const far = await farEncoder.forward('a text', { outputAttentions: true });
    expect(far.poolerOutput?.shape).toEqual([1, farEncoder.about.modelConfig.hiddenSize]);
    expect(far.logits).toBeUndefined();
    expect(far.attentions).toHaveLength(farEncoder.about.modelConfig.layers);
  });

  test('tokens', async () => {
    const encoding = await farDecoder.encode('a text', { addSpecialTokens: false });
    expect(encoding).toEqual(decoder.tokenizer!.encode('a text', { addSpecialTokens: false }));
    expect(await farDecoder.decode(encoding.ids)).toBe('a text');
  });
});

describe('loading', () => {
  test('tells its progress', async () => {
    const seen: string[] = [];
    using model = await fromPretrained(tinyEncoderFiles(), { onProgress: ({ status }) => seen.push(status) });
    expect(model.disposed).toBe(false);
    expect([seen[0], seen.at(-1)]).toEqual(['initiate', 'ready']);
    expect(seen).toContain('progress');
  });

  test('from a folder, quantised', async () => {
    const folder = new URL('../../models/shakespeare/', import.meta.url);
    using model = await fromPretrained(folder, { dtype: 'q8' });
    using full = await fromPretrained(folder.pathname);
    expect((await model.memory()).used).toBeLessThan(0.6 * (await full.memory()).used);
    expect((await full.generate('ROMEO:', { maxNewTokens: 20 }).result()).text).toHaveLength(20);
  });

  test('an abort before and during', async () => {
    const reason = new Error('not any more');
    await expect(fromPretrained(tinyEncoderFiles(), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const controller = new AbortController();
    const loading = fromPretrained(tinyEncoderFiles(), {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(loading).rejects.toBe(reason);
  });
});

describe('errors are of their class', () => {
  const without = (file: string) => tinyEncoderFiles().filter(([name]) => name !== file);

  test('of loading', async () => {
    const lost = fromPretrained(without('model.safetensors'));
    await expect(lost).rejects.toBeInstanceOf(MissingFileError);
    await expect(lost).rejects.toMatchObject({
      code: 'MISSING_FILE',
      file: expect.stringContaining('model.safetensors'),
    });
    const odd = fromPretrained(tinyEncoderFiles({ config: { model_type: 'odd' } }));
    await expect(odd).rejects.toBeInstanceOf(UnsupportedModelError);
    await expect(odd).rejects.toMatchObject({
      modelType: 'odd',
      supported: expect.arrayContaining(['bert']),
    });
    await expect(fromPretrained(tinyEncoderFiles(), { threads: 0 })).rejects.toBeInstanceOf(ArgumentError);
  });

  test('of use', async () => {
    await expect(farEncoder.generate('x').result()).rejects.toThrow(ArgumentError);
    await expect(farEncoder.embed('')).rejects.toThrow(/texts\[0\] is empty/);
    await expect(farDecoder.generate('x', { temperature: -1 }).result()).rejects.toThrow(/temperature/);
    await expect(farDecoder.forward([[0, 1.5]])).rejects.toThrow(ArgumentError);
    await expect(farDecoder.forward([])).rejects.toThrow(ArgumentError);
    await expect(farDecoder.forward([[1]], { outputHiddenStates: [99] })).rejects.toThrow(
      /outputHiddenStates/,
    );
    using plain = await fromPretrained(without('tokenizer.json'));
    await expect(plain.encode('x')).rejects.toThrow(MissingFileError);
    await expect(plain.forward('x')).rejects.toThrow(/tokenizer/);
    expect((await plain.forward([[4, 5]])).shape).toEqual([1, 2]);
  });

  test('what cannot be sent is refused at once', async () => {
    const options = { addSpecialTokens: (() => true) as unknown as boolean };
    await expect(farDecoder.encode('x', options)).rejects.toThrow(/could not be cloned/);
    expect(await farDecoder.decode([4])).toHaveLength(1);
  });
});

test('after dispose: whoever waits and whoever comes is told', async () => {
  const model = await fromPretrained(tinyDecoderFiles());
  const long = model.generate('a text', SAMPLING).result();
  const vectors = model.embed('a text');
  model.dispose();
  model.dispose();
  await expect(long).rejects.toThrow(DisposedError);
  await expect(vectors).rejects.toThrow(DisposedError);
  await expect(model.memory()).rejects.toThrow(DisposedError);
  expect(model.disposed).toBe(true);
});
