// One call of a model: what may go in, what comes out on request, and what is refused without a trace.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ArgumentError, DisposedError, DTypeError, ShapeError } from '../../src/errors.js';
import type { DecoderModel, EncoderModel, EncoderOptions } from '../../src/models/base.js';
import { Trace } from '../../src/models/outputs.js';
import { createEngine, type Engine, fromPretrained, noGrad, type Tensor } from '../../src/node.js';
import { tinyDecoder, tinyEncoder } from './tiny.js';

let engine: Engine;
let encoder: EncoderModel;
let decoder: DecoderModel;
let blocks: number;

const IDS = [
  [0, 7, 8, 9, 1],
  [0, 5, 6, 1, 2],
];
const MASK = [
  [1, 1, 1, 1, 1],
  [1, 1, 1, 1, 0],
];

beforeAll(async () => {
  engine = await createEngine();
  encoder = (await fromPretrained(engine, tinyEncoder())).model as EncoderModel;
  decoder = (await fromPretrained(engine, tinyDecoder())).model as DecoderModel;
  engine.scope(() => {
    encoder.forward(IDS, { attentionMask: MASK, outputAttentions: true });
    decoder.forward(IDS, { attentionMask: MASK, outputAttentions: true });
  });
});
beforeEach(() => {
  blocks = engine.memory.blocks;
});
afterAll(() => engine.dispose());

const array = (t: Tensor): number[] => [...t.toArray()];

describe('hidden states and attention maps on request', () => {
  test('nothing unless asked for', () => {
    engine.scope(() => {
      for (const out of [encoder.forward(IDS), decoder.forward(IDS)]) {
        expect(out).not.toHaveProperty('hiddenStates');
        expect(out).not.toHaveProperty('attentions');
      }
    });
  });

  test.each([['encoder'], ['decoder']])('%s: all, or those listed, in their order', (which) => {
    const model = which === 'encoder' ? encoder : decoder;
    const L = model.config.layers;
    engine.scope(() => {
      const all = model.forward(IDS, { outputHiddenStates: true, outputAttentions: true });
      expect([all.hiddenStates!.length, all.attentions!.length]).toEqual([L + 1, L]);
      expect(array(all.hiddenStates![L])).toEqual(array(all.lastHiddenState));
      const some = model.forward(IDS, { outputHiddenStates: [-1, 0, -1], outputAttentions: [1] });
      expect(some.hiddenStates!.map(array)).toEqual([L, 0, L].map((i) => array(all.hiddenStates![i])));
      expect(some.attentions!.map(array)).toEqual([array(all.attentions![1])]);
      // Asking does not change the result.
      expect(array(model.forward(IDS).lastHiddenState)).toEqual(array(all.lastHiddenState));
    });
    expect(engine.memory.blocks).toBe(blocks);
  });

  test('attention maps are distributions that leave out padding and the future', () => {
    engine.scope(() => {
      const maps = (model: EncoderModel | DecoderModel): Tensor[] =>
        model.forward(IDS, { attentionMask: MASK, outputAttentions: true } as EncoderOptions).attentions!;
      for (const map of maps(encoder)) {
        const values = array(map);
        for (let row = 0; row < values.length / 5; row++) {
          const sum = values.slice(5 * row, 5 * row + 5).reduce((a, b) => a + b, 0);
          expect(Math.abs(sum - 1)).toBeLessThan(1e-6);
        }
        // Row 1 of the batch does not look at its last key.
        for (let i = values.length / 2 + 4; i < values.length; i += 5) expect(values[i]).toBe(0);
      }
      for (const map of maps(decoder))
        array(map).forEach((v, i) => {
          if (i % 5 > Math.floor(i / 5) % 5) expect(v).toBe(0);
        });
    });
  });

  test.each([
    [{ outputHiddenStates: [3] }, 'outputHiddenStates: indices must be from -3 to 2, got 3'],
    [{ outputAttentions: [-3] }, 'outputAttentions: indices must be from -2 to 1, got -3'],
    [{ outputAttentions: [0.5] }, 'got 0.5'],
  ])('%j is refused', (options, message) => {
    expect(() => encoder.forward(IDS, options)).toThrow(ArgumentError);
    expect(() => encoder.forward(IDS, options)).toThrow(message);
    expect(engine.memory.blocks).toBe(blocks);
  });

  test('a trace that was asked for nothing keeps nothing', () => {
    const trace = new Trace({ outputHiddenStates: false }, 4);
    expect(trace.take()).toEqual({});
  });
});

describe('logits', () => {
  test('of all positions, the last one, or none', () => {
    engine.scope(() => {
      const [all, last, none] = (['all', 'last', 'none'] as const).map(
        (logits) => decoder.forward(IDS, { logits }).logits,
      );
      expect([all.shape, last.shape, none.shape]).toEqual([
        [2, 5, 90],
        [2, 1, 90],
        [2, 0, 90],
      ]);
      const rows = array(all);
      expect(array(last)).toEqual([...rows.slice(4 * 90, 5 * 90), ...rows.slice(9 * 90)]);
    });
  });
});

describe('what may go in', () => {
  test('tensors, typed arrays and masks of any integer kind mean the same', () => {
    engine.scope(() => {
      const want = array(encoder.forward(IDS, { attentionMask: MASK }).lastHiddenState);
      const ids = engine.tensor(IDS, undefined, { dtype: 'i32' });
      for (const dtype of ['bool', 'u8', 'i32'] as const) {
        const attentionMask = engine.tensor(MASK, undefined, { dtype });
        expect(array(encoder.forward(ids, { attentionMask }).lastHiddenState)).toEqual(want);
      }
      const rows = IDS.map((r) => Int32Array.from(r));
      const attentionMask = MASK.map((r) => Uint8Array.from(r));
      expect(array(encoder.forward(rows, { attentionMask }).lastHiddenState)).toEqual(want);
    });
  });

  test('a mask of ones is no mask', () => {
    engine.scope(() => {
      const ones = IDS.map((r) => r.map(() => 1));
      const [a, b] = [encoder.forward(IDS, { attentionMask: ones }), encoder.forward(IDS)];
      expect(array(a.lastHiddenState)).toEqual(array(b.lastHiddenState));
    });
  });

  test('positions and segments of the caller', () => {
    engine.scope(() => {
      const ids = [[0, 7, 8]];
      const plain = array(encoder.forward(ids).lastHiddenState);
      const counted = { positionIds: [[3, 4, 5]], tokenTypeIds: [[0, 0, 0]] };
      expect(array(encoder.forward(ids, counted).lastHiddenState)).toEqual(plain);
      const moved = encoder.forward(ids, { positionIds: [[3, 5, 4]] });
      expect(array(moved.lastHiddenState)).not.toEqual(plain);
      // Rotary positions are relative: moved together, they mean nearly the same, and not the same bits.
      const a = array(decoder.forward(ids).logits);
      const b = array(decoder.forward(ids, { positionIds: [[20, 21, 22]] }).logits);
      expect(Math.max(...a.map((v, i) => Math.abs(v - b[i])))).toBeLessThan(1e-4);
      const c = array(decoder.forward(ids, { positionIds: [[0, 2, 9]] }).logits);
      expect(Math.max(...a.map((v, i) => Math.abs(v - c[i])))).toBeGreaterThan(1e-2);
    });
  });
});

describe('what is refused', () => {
  const refused = (
    body: () => unknown,
    kind: new (...args: never[]) => Error,
    message: string | RegExp,
  ): void => {
    expect(body).toThrow(kind);
    expect(body).toThrow(message);
    expect(engine.memory.blocks).toBe(blocks);
  };

  test.each([
    [[], ArgumentError, 'inputIds of shape [0, 0] holds no tokens'],
    [[[]], ArgumentError, 'holds no tokens'],
    [[[0, 1], [0]], ShapeError, 'inputIds is ragged: row 0 has 2 tokens, row 1 has 1'],
    [[[0, 120]], ArgumentError, 'ids must be in 0..119, got 120 at position 1 of 2'],
    [[[0, -1]], ArgumentError, 'got -1'],
    [[[0, 0.5]], ArgumentError, 'must hold 32-bit integers, got 0.5 at [0, 1]'],
    [[new Array(32).fill(0)], ArgumentError, "32 tokens is longer than this model's 31 positions"],
  ] as [number[][], new (...args: never[]) => Error, string][])('ids %j', (ids, kind, message) => {
    refused(() => encoder.forward(ids), kind, message);
  });

  test('tensors of ids that are none', () => {
    engine.scope(() => {
      blocks = engine.memory.blocks + 3;
      const [floats, flat, cube] = [
        engine.ones([1, 2]),
        engine.zeros([2], 'i32'),
        engine.zeros([1, 2, 2], 'i32'),
      ];
      refused(() => encoder.forward(floats), DTypeError, 'inputIds must be i32, got f32');
      refused(() => encoder.forward(flat), ShapeError, 'inputIds must be (B, S), got [2]');
      refused(() => encoder.forward(cube), ShapeError, 'got [1, 2, 2]');
    });
  });

  test.each([
    [{ attentionMask: [[1, 1, 1, 1, 1]] }, 'attentionMask must have shape [2, 5], got [1, 5]'],
    [{ attentionMask: MASK.map((r) => r.slice(1)) }, 'got [2, 4]'],
    [{ attentionMask: [[1], [1, 1]] }, 'attentionMask is ragged'],
    [{ tokenTypeIds: [[0, 0, 0, 0, 0]] }, 'tokenTypeIds must have shape [2, 5], got [1, 5]'],
    [{ positionIds: [[0], [1]] }, 'positionIds must have shape [2, 5], got [2, 1]'],
  ])('shapes: %j', (options, message) => {
    refused(() => encoder.forward(IDS, options), ShapeError, message);
    if (!('tokenTypeIds' in options)) refused(() => decoder.forward(IDS, options), ShapeError, message);
  });

  test('a mask that is none', () => {
    const attentionMask = MASK.map((r) => r.map((m) => (m ? 0 : -10000)));
    refused(() => encoder.forward(IDS, { attentionMask }), ArgumentError, 'got -10000');
  });

  test('tensors of another engine', async () => {
    using other = await createEngine();
    const ids = other.tensor(IDS, undefined, { dtype: 'i32' });
    refused(() => encoder.forward(ids), ArgumentError, 'belongs to another engine');
  });

  test('a model after dispose()', async () => {
    const { model, dispose } = await fromPretrained(engine, tinyDecoder());
    dispose();
    refused(() => (model as DecoderModel).forward(IDS), DisposedError, 'disposed');
  });

  test('and after all that, both models work', () => {
    engine.scope(() => {
      expect(encoder.forward(IDS).lastHiddenState.shape).toEqual([2, 5, 36]);
      expect(decoder.forward(IDS).logits.shape).toEqual([2, 5, 90]);
    });
  });
});

describe('the cache', () => {
  test('a mask covers what is cached and what is new', () => {
    engine.scope(() => {
      using cache = decoder.createCache();
      decoder.forward(IDS, { cache });
      const step = (width: number) => () =>
        decoder.forward([[3], [4]], {
          cache,
          attentionMask: [new Array(width).fill(1), new Array(width).fill(1)],
        });
      expect(step(1)).toThrow('attentionMask must have shape [2, 6], got [2, 1]');
      expect(cache.offset).toBe(5);
      expect(step(6)().logits.shape).toEqual([2, 1, 90]);
      expect(cache.offset).toBe(6);
    });
    expect(engine.memory.blocks).toBe(blocks);
  });

  test('padded prompts of a batch go on as they would alone', () => {
    const prompts = [
      [0, 7, 8, 9, 4],
      [0, 5, 6],
    ];
    engine.scope(() => {
      using cache = decoder.createCache();
      const ids = [prompts[0], [2, 2, ...prompts[1]]];
      const masks = [new Array(5).fill(1), [0, 0, 1, 1, 1]];
      decoder.forward(ids, { cache, attentionMask: masks });
      const { logits } = decoder.forward([[11], [12]], { cache, attentionMask: masks.map((m) => [...m, 1]) });
      const batch = array(logits);
      prompts.forEach((p, row) => {
        const alone = array(decoder.forward([[...p, 11 + row]], { logits: 'last' }).logits);
        const got = batch.slice(row * 90, (row + 1) * 90);
        expect(Math.max(...alone.map((v, i) => Math.abs(v - got[i])))).toBeLessThan(5e-5);
      });
    });
  });

  test('truncate() goes back to where a sequence parts', () => {
    engine.scope(() => {
      using cache = decoder.createCache();
      decoder.forward([[0, 7, 8, 9]], { cache });
      cache.truncate(2);
      const { logits } = decoder.forward([[5, 6]], { cache });
      const whole = array(decoder.forward([[0, 7, 5, 6]]).logits);
      expect(array(logits)).toEqual(whole.slice(2 * 90));
      expect(() => cache.truncate(9)).toThrow('length must be from 0 to 4, got 9');
    });
  });

  test('after a call that failed it is as it was', () => {
    engine.scope(() => {
      using cache = decoder.createCache();
      decoder.forward([[0, 7]], { cache });
      expect(() => decoder.forward([[0, 90]], { cache })).toThrow(ArgumentError);
      expect(() => decoder.forward([[3], [4]], { cache })).toThrow(/the cache holds \[1, 2, \d+, 8\]/);
      expect(cache.layers.map((l) => l.offset)).toEqual([2, 2, 2]);
      const { logits } = decoder.forward([[8]], { cache });
      expect(array(logits)).toEqual(array(decoder.forward([[0, 7, 8]], { logits: 'last' }).logits));
    });
    expect(engine.memory.blocks).toBe(blocks);
  });

  test('gradients do not flow through it, and it says so', async () => {
    const { model, dispose } = await fromPretrained(engine, tinyDecoder());
    const trained = model as DecoderModel;
    trained.requiresGrad();
    engine.scope(() => {
      using cache = trained.createCache();
      expect(() => trained.forward(IDS, { cache })).toThrow(/no gradient flows through a cache/);
      noGrad(engine.arena, () => trained.forward(IDS, { cache }));
      expect(cache.offset).toBe(5);
    });
    dispose();
    expect(engine.memory.blocks).toBe(blocks);
  });

  test('a capacity that is none', () => {
    expect(() => decoder.createCache({ capacity: 0 })).toThrow(ArgumentError);
  });
});
