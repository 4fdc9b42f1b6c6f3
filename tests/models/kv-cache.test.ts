// Caches of keys and values in 16 and 8 bits: less memory for real, about the same logits, and the promises of
// the f32 cache: bits that depend neither on steps nor on batch, padding or threads.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateIds } from '../../src/generate/ids.js';
import type { DecoderModel } from '../../src/models/base.js';
import { createEngine, type Engine, fromPretrained } from '../../src/node.js';
import type { KvDType } from '../../src/ops/kv.js';
import { everyEngine } from '../engine.js';
import { tinyDecoder } from './tiny.js';

const IDS = Array.from({ length: 41 }, (_, i) => (i * 37 + 11) % 60);
const SMALL = ['f16', 'q8'] as const;
/** Cosine of the logits to those of an f32 cache; reached: 1 - 4e-8 and 1 - 1.2e-4. */
const LEAST = { f16: 1 - 1e-6, q8: 1 - 5e-4 } as const;

async function load(engine: Engine): Promise<DecoderModel> {
  return (await fromPretrained(engine, tinyDecoder())).model as DecoderModel;
}

/** Logits (S, V) of one sequence in steps of the given lengths. */
function inSteps(model: DecoderModel, ids: readonly number[], steps: readonly number[], dtype: KvDType) {
  return model.arena.scope(() => {
    using cache = model.createCache({ capacity: 4, dtype });
    const out: number[] = [];
    let at = 0;
    for (let i = 0; at < ids.length; i++) {
      const part = ids.slice(at, at + steps[i % steps.length]);
      out.push(...model.forward([part], { cache }).logits.toArray());
      at += part.length;
    }
    return out;
  });
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, v, i) => sum + v * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

everyEngine('kv cache', (engine) => {
  let model: DecoderModel;
  beforeAll(async () => {
    model = await load(engine());
  });
  afterAll(() => model.dispose());

  describe.each(SMALL)('%s', (dtype) => {
    test('logits near those of an f32 cache, and not the same', () => {
      const [exact, got] = [inSteps(model, IDS, [1], 'f32'), inSteps(model, IDS, [1], dtype)];
      expect(cosine(exact, got)).toBeGreaterThan(LEAST[dtype]);
      expect(got).not.toEqual(exact);
      expect(cosine(exact, exact.slice(1).concat(0))).toBeLessThan(0.5); // it can tell
    });

    test('the same bits at once, token by token and in any steps', () => {
      const whole = inSteps(model, IDS, [IDS.length], dtype);
      for (const steps of [[1], [7], [8], [20, 1, 3], [2, 30]])
        expect(inSteps(model, IDS, steps, dtype)).toEqual(whole);
    });

    test('the same bits in a batch, with padding on the left', () => {
      const alone = inSteps(model, IDS.slice(0, 12), [11, 1], dtype).slice(-90);
      const logits = model.arena.scope(() => {
        using cache = model.createCache({ dtype });
        const pad = (ids: number[], n: number) => [...Array.from({ length: n }, () => 2), ...ids];
        const mask = [
          [...Array.from({ length: 5 }, () => 0), ...Array.from({ length: 12 }, () => 1)],
          Array.from({ length: 17 }, () => 1),
        ];
        const rows = [pad(IDS.slice(0, 11), 5), IDS.slice(0, 16)];
        model.forward(rows, { cache, attentionMask: mask.map((m) => m.slice(0, 16)) });
        const last = [[IDS[11]], [IDS[16]]];
        return model.forward(last, { cache, attentionMask: mask }).logits.toArray();
      });
      expect([...logits.slice(0, 90)]).toEqual(alone);
    });

    test('truncated, it goes on differently from there; maps of attention are there', () => {
      model.arena.scope(() => {
        using cache = model.createCache({ dtype, capacity: 4 });
        model.forward([IDS], { cache });
        cache.truncate(10);
        const again = model.forward([IDS.slice(10, 13)], { cache, outputAttentions: true });
        const whole = inSteps(model, IDS.slice(0, 13), [13], dtype);
        expect([...again.logits.toArray()]).toEqual(whole.slice(-3 * 90));
        expect(again.attentions).toHaveLength(3);
      });
    });

    test('memory: that of the rows, for real', () => {
      const used = (kind: KvDType) =>
        model.arena.scope(() => {
          const before = engine().memory.used;
          using cache = model.createCache({ dtype: kind, capacity: 4096 });
          model.arena.scope(() => void model.forward([[1]], { cache }));
          return engine().memory.used - before;
        });
      // rows of 8 numbers: 32 bytes, 16, and 8 with the 4 of their scale
      expect(used(dtype) / used('f32')).toBeCloseTo(dtype === 'f16' ? 1 / 2 : 12 / 32, 2);
    });

    test('generation takes it', async () => {
      const ids: number[] = [];
      for await (const { token } of generateIds(model, IDS, { maxNewTokens: 8, kvCache: dtype }))
        ids.push(token);
      let all = IDS.slice();
      for (const id of ids) {
        const logits = inSteps(model, all, [all.length], dtype).slice(-90);
        expect(id).toBe(logits.indexOf(Math.max(...logits)));
        all = [...all, id];
      }
      expect(ids).toHaveLength(8);
    });
  });

  test('an unknown dtype is refused', () => {
    expect(() => model.createCache({ dtype: 'q5' as 'q8' })).toThrow('a cache is f32, f16 or q8, got "q5"');
  });
});

test.each(SMALL)('%s: threads give the bits of one', async (dtype) => {
  using one = await createEngine();
  using three = await createEngine({ threads: 3 });
  expect(three.threads).toBe(3);
  const [a, b] = [await load(one), await load(three)];
  expect(inSteps(b, IDS, [13, 1], dtype)).toEqual(inSteps(a, IDS, [13, 1], dtype));
});
