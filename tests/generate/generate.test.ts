// Generation end to end on a small random model: what comes out, when it ends, and that nothing stays.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ArgumentError } from '../../src/errors.js';
import { generateIds } from '../../src/generate/ids.js';
import type { DecoderModel } from '../../src/models/base.js';
import { createEngine, type Engine, fromPretrained, type Pretrained } from '../../src/node.js';
import { tinyDecoder, tinyEncoder, VOCAB } from '../models/tiny.js';

let engine: Engine;
let tiny: Pretrained;
let model: DecoderModel;
let blocks: number;

beforeAll(async () => {
  engine = await createEngine();
  tiny = await fromPretrained(engine, tinyDecoder());
  model = tiny.model as DecoderModel;
  await tiny.generate('warm up', { maxNewTokens: 2 }).result();
  blocks = engine.memory.blocks;
});
// Whatever a test did, its memory has come back.
afterAll(() => {
  expect(engine.memory.blocks).toBe(blocks);
  tiny.dispose();
  engine.dispose();
});

const LONG = { maxNewTokens: 24, eosTokenId: [] };

async function idsOf(prompt: readonly number[], options: object): Promise<number[]> {
  const ids: number[] = [];
  for await (const { token } of generateIds(model, prompt, options)) ids.push(token);
  return ids;
}

describe('steps', () => {
  test('tokens are numbered, the text is theirs, the last one says why', async () => {
    const generation = tiny.generate('Hello', { ...LONG, seed: 5 });
    expect(generation.summary).toBeNull();
    const steps = [];
    for await (const step of generation) steps.push(step);
    expect(steps.map((s) => s.index)).toEqual(steps.map((_, i) => i));
    expect(steps.map((s) => s.finishReason)).toEqual([...new Array(23).fill(null), 'length']);
    const text = steps.map((s) => s.text).join('');
    expect(text).toBe(tiny.tokenizer!.decode(steps.map((s) => s.token)));
    expect(text.length).toBeGreaterThan(8);
    expect(generation.summary).toMatchObject({ promptTokens: 6, newTokens: 24, finishReason: 'length' });
    expect(generation.summary!.prefillMs).toBeGreaterThan(0);
    expect(generation.summary!.tokensPerSecond).toBeGreaterThan(0);
  });

  test('result() is the same at once; a generation runs once', async () => {
    const options = { ...LONG, seed: 5 };
    const generation = tiny.generate('Hello', options);
    const first = await generation.result();
    await expect(generation.result()).rejects.toThrow(/iterated once/);
    expect(first).toMatchObject({ tokens: (await tiny.generate('Hello', options).result()).tokens });
  });

  test('the seed decides, also over ids', async () => {
    const draw = (seed: number) => idsOf([0, 5, 6], { ...LONG, seed, temperature: 1.5 });
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
  });

  test('snake_case options', async () => {
    const { tokens } = await tiny.generate('Hello', { max_new_tokens: 3, eos_token_id: [] }).result();
    expect(tokens.length).toBe(3);
  });

  test('the size of the chunks of a prompt changes nothing', async () => {
    const prompt = Array.from({ length: 30 }, (_, i) => (i * 7) % 60);
    const whole = await idsOf(prompt, { ...LONG, prefillChunk: 1000 });
    for (const prefillChunk of [1, 7, 15, 29, 30])
      expect(await idsOf(prompt, { ...LONG, prefillChunk })).toEqual(whole);
  });

  test('two generations at once do not disturb each other', async () => {
    const [a, b] = [tiny.generate('one', LONG), tiny.generate('two', LONG)].map((g) =>
      g[Symbol.asyncIterator](),
    );
    const seen: [number[], number[]] = [[], []];
    for (let i = 0; i < 24; i++)
      for (const [k, it] of [a, b].entries()) {
        const { value } = await it.next();
        if (value) seen[k].push(value.token);
      }
    await Promise.all([a.return(), b.return()]);
    expect(seen[0]).toEqual((await tiny.generate('one', LONG).result()).tokens);
    expect(seen[1]).toEqual((await tiny.generate('two', LONG).result()).tokens);
  });
});

describe('the end', () => {
  test('an eos token ends it and has no text', async () => {
    const all = (await tiny.generate('Hello', { ...LONG, seed: 5 }).result()).tokens;
    const eos = all[7];
    const until = all.indexOf(eos);
    const result = await tiny.generate('Hello', { ...LONG, seed: 5, eosTokenId: [999, eos] }).result();
    expect(result.finishReason).toBe('eos');
    expect(result.tokens).toEqual(all.slice(0, until + 1));
  });

  test('eos tokens come from generation_config.json, else from config.json', async () => {
    const files = [['generation_config.json', { eos_token_id: [1, 8], top_k: 50 }]] as const;
    using both = await fromPretrained(engine, tinyDecoder({ extra: files, config: { eos_token_id: 5 } }));
    expect(both.generationConfig).toEqual({ eosTokenId: [1, 8], topK: 50 });
    using only = await fromPretrained(engine, tinyDecoder({ config: { eos_token_id: 5 } }));
    expect(only.generationConfig).toEqual({ eosTokenId: 5 });
  });

  test('a stop string ends it, across tokens, and is not in the text', async () => {
    const whole = await tiny.generate('Hello', { ...LONG, seed: 5 }).result();
    const stop = whole.text.slice(6, 9);
    const at = whole.text.indexOf(stop);
    const generation = tiny.generate('Hello', { ...LONG, seed: 5, stopStrings: ['no such text', stop] });
    const pieces: string[] = [];
    for await (const { text } of generation) pieces.push(text);
    expect(pieces.join('')).toBe(whole.text.slice(0, at));
    expect(generation.summary!.finishReason).toBe('stop');
    expect(generation.summary!.newTokens).toBeLessThan(24);
  });

  test('text held back for a stop string that does not come is given out at the end', async () => {
    const whole = await tiny.generate('Hello', { ...LONG, seed: 5 }).result();
    const almost = `${whole.text.slice(-2)}never`;
    const result = await tiny.generate('Hello', { ...LONG, seed: 5, stopStrings: [almost] }).result();
    expect(result.text).toBe(whole.text);
    expect(result.finishReason).toBe('length');
  });

  test('stop strings without a tokenizer are refused', async () => {
    await expect(idsOf([0, 4], { stopStrings: ['x'] })).rejects.toThrow(ArgumentError);
  });
});

describe('the context', () => {
  test('without a length it goes on until the context is full', async () => {
    const result = await tiny.generate('x'.repeat(50), { eosTokenId: [] }).result();
    expect(result).toMatchObject({ promptTokens: 51, newTokens: 13, finishReason: 'length' });
  });

  test('a length that does not fit is an error that says what does', async () => {
    const run = tiny.generate('x'.repeat(50), { maxNewTokens: 14 }).result();
    await expect(run).rejects.toThrow(
      'a prompt of 51 tokens and maxNewTokens 14 exceed the context of 64; 13 fit',
    );
    await expect(tiny.generate('x'.repeat(64)).result()).rejects.toThrow(/65 tokens, which leaves no room/);
  });
});

describe('what is refused', () => {
  test.each([
    [[], 'the prompt has no tokens'],
    [[0, 90], 'ids must be in 0..89, got 90'],
    [[0, -1], 'got -1'],
    [[0, 2 ** 32 + 5], 'must hold 32-bit integers'],
    [[0, 1.5], 'must hold 32-bit integers'],
    [[0, Number.NaN], 'must hold 32-bit integers'],
  ])('the prompt %j', async (ids, message) => {
    await expect(idsOf(ids, LONG)).rejects.toThrow(message);
    await expect(idsOf(ids, LONG)).rejects.toBeInstanceOf(ArgumentError);
    // The model goes on working.
    expect((await idsOf([0, 4], LONG)).length).toBe(24);
  });

  test('an empty text: fine where the tokenizer begins with <s>, an error where it gives no token', async () => {
    expect((await tiny.generate('', LONG).result()).promptTokens).toBe(1);
    using bare = await fromPretrained(engine, tinyDecoder({ around: 'none' }));
    await expect(bare.generate('', LONG).result()).rejects.toThrow('the prompt has no tokens');
  });

  test('wrong options at once, not when the first token is due', () => {
    expect(() => tiny.generate('x', { maxNewTokens: -1 })).toThrow(ArgumentError);
    expect(() => tiny.generate('x', { maxTokens: 1 } as never)).toThrow(/unknown generation option/);
  });

  test('an encoder', async () => {
    using encoder = await fromPretrained(engine, tinyEncoder());
    expect(() => encoder.generate('x')).toThrow(/roberta model does not continue a text: use embed/);
  });

  test('a chunk size that is none', async () => {
    await expect(idsOf([0], { prefillChunk: 0 })).rejects.toThrow(/prefillChunk/);
  });
});

describe('abort', () => {
  test('before it starts', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(tiny.generate('x', { ...LONG, signal }).result()).rejects.toThrow('too late');
  });

  test('within one token', async () => {
    const controller = new AbortController();
    let tokens = 0;
    const run = async () => {
      for await (const _ of tiny.generate('Hello', { ...LONG, signal: controller.signal }))
        if (++tokens === 5) controller.abort(new Error('enough'));
    };
    await expect(run()).rejects.toThrow('enough');
    expect(tokens).toBe(5);
  });

  test('from outside, while it runs: the event loop gets its turn between tokens', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('timer')), 0);
    const run = tiny
      .generate('Hello', { maxNewTokens: 58, eosTokenId: [], signal: controller.signal })
      .result();
    await expect(run).rejects.toThrow('timer');
  });

  test('between chunks of a long prompt', async () => {
    const controller = new AbortController();
    const options = { ...LONG, maxNewTokens: 1, prefillChunk: 1, signal: controller.signal };
    setImmediate(() => controller.abort(new Error('prefill')));
    let tokens = 0;
    const run = async () => {
      for await (const _ of tiny.generate('x'.repeat(60), options)) tokens++;
    };
    await expect(run()).rejects.toThrow('prefill');
    expect(tokens).toBe(0);
  });

  test('leaving the loop frees the cache', async () => {
    for await (const { index } of tiny.generate('Hello', LONG)) if (index === 3) break;
    expect(engine.memory.blocks).toBe(blocks);
    const iterator = tiny.generate('Hello', LONG)[Symbol.asyncIterator]();
    await iterator.next();
    expect(engine.memory.blocks).toBeGreaterThan(blocks);
    await iterator.return();
    expect(engine.memory.blocks).toBe(blocks);
  });
});

describe('chat', () => {
  const template = '{{ bos_token }}{% for m in messages %}{{ m.role }} {{ m.content }}!{% endfor %}bot';

  test('messages go through the template, which brings its own special tokens', async () => {
    using chat = await fromPretrained(engine, tinyDecoder({ extra: [['chat_template.jinja', template]] }));
    const { promptTokens, tokens } = await chat.generate([{ role: 'user', content: 'hi' }], LONG).result();
    const prompt = [0, ...[...'user hi!bot'].map((c) => VOCAB.indexOf(c))];
    expect(promptTokens).toBe(prompt.length);
    expect(tokens).toEqual(await idsOf(prompt, LONG));
  });

  test('without a template messages are refused', async () => {
    await expect(tiny.generate([{ role: 'user', content: 'hi' }]).result()).rejects.toThrow(
      /no chat template/,
    );
  });
});
