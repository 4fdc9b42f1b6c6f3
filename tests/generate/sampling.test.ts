// From logits to a token: each step against its definition, computed here by sorting everything.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { planOf } from '../../src/generate/config.js';
import { falling, kthLargest } from '../../src/generate/order.js';
import {
  minP,
  type Processor,
  repetitionPenalty,
  temperature,
  topK,
  topP,
} from '../../src/generate/processors.js';
import { createSampler } from '../../src/generate/sampler.js';
import { createEngine, Tensor } from '../../src/node.js';
import { expectClose } from '../close.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';

const GONE = Number.NEGATIVE_INFINITY;

function softmax(scores: ArrayLike<number>): Float32Array {
  const top = Math.max(...Array.from(scores));
  const e = Array.from(scores, (s) => Math.exp(s - top));
  const sum = e.reduce((a, b) => a + b, 0);
  return Float32Array.from(e, (x) => x / sum);
}

function after(process: Processor, scores: readonly number[], seen: readonly number[] = []): number[] {
  const out = Float32Array.from(scores);
  process(out, { seen: new Set(seen), probabilities: softmax });
  return [...out];
}

const kept = (scores: readonly number[]): number[] => scores.flatMap((s, i) => (s === GONE ? [] : [i]));

/** Few different values, so that many are equal, and the extremes of the format. */
const VALUES = fc
  .array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(-0), fc.float()), { maxLength: 300 })
  .map((values) => Float32Array.from(values));

/** Indices by a sort of everything. */
function sorted(values: Float32Array): number[] {
  return Array.from(values, (_, i) => i)
    .filter((i) => !Number.isNaN(values[i]))
    .sort((a, b) => (values[a] === values[b] ? a - b : values[a] > values[b] ? -1 : 1));
}

describe('the largest of a row', () => {
  test('falling order is a stable sort of what is large enough', () => {
    fc.assert(
      fc.property(VALUES, fc.constantFrom(2 ** -149, 1, 2), (values, least) => {
        expect([...falling(values, least)]).toEqual(sorted(values).filter((i) => values[i] >= least));
      }),
    );
  });

  test('falling order of a view that begins inside its buffer, and of a long row', () => {
    const values = Float32Array.from(new Random(2).uniform(50_000, 0, 6)).subarray(3);
    expect([...falling(values, 1)]).toEqual(sorted(values).filter((i) => values[i] >= 1));
  });

  test('the k-th largest', () => {
    fc.assert(
      fc.property(VALUES, fc.integer({ min: 1, max: 320 }), (values, k) => {
        const order = sorted(values);
        const want = order.length === 0 ? GONE : values[order[Math.min(k, order.length) - 1]];
        expect(kthLargest(values, k) + 0).toBe(want + 0); // -0 and 0 are equal
      }),
    );
  });
});

describe('processors', () => {
  test('repetition penalty: positive scores shrink, negative ones grow, others stay', () => {
    expect(after(repetitionPenalty(2), [4, -4, 0, 3], [0, 1, 2])).toEqual([2, -8, 0, 3]);
  });

  test('temperature divides', () => {
    expect(after(temperature(2), [4, -3, 0])).toEqual([2, -1.5, 0]);
  });

  test('top-k keeps k, and what ties with the last', () => {
    expect(after(topK(2), [1, 5, 3, 4])).toEqual([GONE, 5, GONE, 4]);
    expect(after(topK(2), [4, 5, 4, 4])).toEqual([4, 5, 4, 4]);
    expect(after(topK(9), [1, 2])).toEqual([1, 2]);
    expect(after(topK(1), [1, GONE, 2])).toEqual([GONE, GONE, 2]);
  });

  test('top-p keeps the fewest that reach p, at least one, ties by id', () => {
    const scores = [0.1, 0.4, 0.2, 0.3].map(Math.log);
    expect(kept(after(topP(0.39), scores))).toEqual([1]);
    expect(kept(after(topP(0.41), scores))).toEqual([1, 3]);
    expect(kept(after(topP(0.71), scores))).toEqual([1, 2, 3]);
    expect(kept(after(topP(0.95), scores))).toEqual([0, 1, 2, 3]);
    expect(kept(after(topP(0), scores))).toEqual([1]);
    expect(kept(after(topP(0.3), [1, 1, 1, 1]))).toEqual([0, 1]);
  });

  test('top-p is what a sort of everything gives, and what has no weight stays where the others do not reach p', () => {
    const weights = fc.array(fc.constantFrom(0, 0, 2 ** -149, 0.1, 0.25, Number.NaN), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(weights, fc.constantFrom(0, 0.05, 0.25, 0.6, 0.999), (values, p) => {
        const w = Float32Array.from(values);
        const want: number[] = [];
        let sum = 0;
        for (const id of sorted(w)) {
          if (want.length > 0 && sum >= p) break;
          want.push(id);
          sum += w[id];
        }
        // Scores of their own, so that what is kept is told from what is gone already.
        const scores = new Float32Array(w.length).fill(1);
        topP(p)(scores, { seen: new Set(), probabilities: () => w });
        const weighty = want.length === 0 || w[want[0]] > 0;
        expect(kept([...scores])).toEqual(weighty || p > 0 ? want.sort((x, y) => x - y) : []);
      }),
    );
  });

  test('min-p keeps a share of the best', () => {
    const scores = [0.1, 0.4, 0.2, 0.3].map(Math.log);
    expect(kept(after(minP(0.6), scores))).toEqual([1, 3]);
    expect(kept(after(minP(1), scores))).toEqual([1]);
  });
});

everyEngine('sampler', (engine) => {
  const logits = (values: readonly number[]) => Tensor.from(engine().arena, values, [1, 1, values.length]);

  function counts(options: object, values: readonly number[], n: number): number[] {
    const sample = createSampler(planOf(options));
    const result = new Array<number>(values.length).fill(0);
    using row = logits(values);
    for (let i = 0; i < n; i++) result[sample(row, new Set())]++;
    return result;
  }

  test('greedy: the highest, of equal ones the lowest id, and NaN never', () => {
    const greedy = createSampler(planOf({}));
    using row = logits([1, Number.NaN, 7, 3, 7]);
    expect(greedy(row, new Set())).toBe(2);
    using first = logits([Number.NaN, GONE]);
    expect(greedy(first, new Set())).toBe(1);
  });

  test('logits that are no numbers are an error', () => {
    using row = logits([Number.NaN, Number.NaN]);
    expect(() => createSampler(planOf({}))(row, new Set())).toThrow(/no numbers as logits/);
    expect(() => createSampler(planOf({ temperature: 1 }))(row, new Set())).toThrow(/no numbers as logits/);
  });

  test('draws have the frequencies of the distribution', () => {
    const values = [0.5, 2, -1, 1, GONE];
    const n = 20000;
    const want = softmax(values.map((v) => v / 0.7));
    const got = counts({ temperature: 0.7, seed: 4 }, values, n).map((c) => c / n);
    // Four standard deviations of a binomial share.
    expectClose(got, want, { abs: 4 * Math.sqrt(0.25 / n) });
    expect(got[4]).toBe(0);
  });

  test('filters and temperature apply in their order', () => {
    // After temperature 0.1 the best token holds nearly all: top-p then keeps it alone.
    expect(counts({ temperature: 0.1, topP: 0.5, seed: 1 }, [1, 2, 0], 200)).toEqual([0, 200, 0]);
    expect(counts({ topK: 2, seed: 1 }, [1, 2, 0], 500)[2]).toBe(0);
    expect(counts({ topK: 2, seed: 1 }, [1, 2, 0], 500)[0]).toBeGreaterThan(50);
  });

  test('repetition penalty works without sampling too', () => {
    using row = logits([5, 4]);
    expect(createSampler(planOf({ repetitionPenalty: 2 }))(row, new Set([0]))).toBe(1);
  });

  test('the seed decides', () => {
    const draw = (seed: number): number[] => {
      const sample = createSampler(planOf({ temperature: 1, seed }));
      using row = logits(new Array(50).fill(0));
      return Array.from({ length: 30 }, () => sample(row, new Set()));
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });
});

test('the default build draws these tokens, on every runtime', async () => {
  const random = new Random(9);
  const rows = Array.from({ length: 16 }, () => random.uniform(500, -6, 6));
  using engine = await createEngine();
  const sample = createSampler(planOf({ temperature: 0.9, topK: 100, topP: 0.9, minP: 0.01, seed: 3 }));
  const tokens = rows.map((values) => {
    using row = Tensor.from(engine.arena, values, [1, 1, 500]);
    return sample(row, new Set());
  });
  // Pinned: a change of the sampler, the generator or the softmax that changes what users get shows here.
  expect(tokens).toEqual([389, 47, 322, 409, 150, 278, 104, 227, 406, 347, 411, 191, 109, 104, 335, 388]);
});
