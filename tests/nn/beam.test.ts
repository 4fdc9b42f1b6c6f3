// Beam search against trying every sequence of a small model whose next choice depends on the last one.
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { type BeamOptions, BeamSearch, type Hypothesis } from '../../src/nn/beam.js';
import { logSoftmax } from '../../src/ops/softmax.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';

const [V, END, LONGEST] = [4, 0, 4];

everyEngine('beam search', (engine) => {
  /** log p(next | last), for `models` models; the last row is the start */
  const chains = (models: number, seed: number): Float32Array[] => {
    const random = new Random(seed);
    return Array.from({ length: models }, () =>
      engine().scope(() => {
        const logits = engine().tensor(random.normal((V + 1) * V, 1.5), [V + 1, V]);
        return logSoftmax(logits, -1).toArray() as Float32Array;
      }),
    );
  };

  const search = (
    models: Float32Array[],
    options: BeamOptions,
    lengths = models.map(() => LONGEST),
  ): Hypothesis[][] => {
    const beams = new BeamSearch(lengths, END, options);
    let last = new Array(models.length * beams.beams).fill(V);
    let steps = 0;
    while (!beams.done) {
      if (++steps > LONGEST) throw new Error('it does not stop');
      engine().scope(() => {
        const rows = last.flatMap((from, r) => {
          const model = models[Math.floor(r / beams.beams)];
          return Array.from(model.subarray(from * V, (from + 1) * V));
        });
        const { choices } = beams.advance(engine().tensor(rows, [last.length, V]));
        last = [...choices];
      });
    }
    return beams.results();
  };

  /** Every sequence with its log-probability: those that end, and those that are cut off. */
  const all = (model: Float32Array): { choices: number[]; steps: number; p: number }[] => {
    const grow = (choices: number[], p: number): { choices: number[]; steps: number; p: number }[] => {
      if (choices.length === LONGEST) return [{ choices, steps: LONGEST, p }];
      const from = choices.at(-1) ?? V;
      return Array.from({ length: V }, (_, next) => {
        const q = p + model[from * V + next];
        return next === END ? [{ choices, steps: choices.length + 1, p: q }] : grow([...choices, next], q);
      }).flat();
    };
    return grow([], 0);
  };

  const powers: Record<number, (n: number) => number> = {
    0: () => 1,
    0.5: (n) => Math.sqrt((5 + n) / 6),
    1: (n) => (5 + n) / 6,
    2: (n) => ((5 + n) / 6) ** 2,
  };

  describe.each([0, 0.5, 1, 2])('length penalty %d', (lengthPenalty) => {
    test('wide enough, it finds the best of all sequences', () => {
      const models = chains(12, 1);
      const results = search(models, { beams: 256, lengthPenalty });
      models.forEach((model, b) => {
        const scored = all(model).map((s) => ({ ...s, score: s.p / powers[lengthPenalty](s.steps) }));
        const best = scored.reduce((x, y) => (y.score > x.score ? y : x));
        expect(results[b][0].choices).toEqual(best.choices);
        expect(results[b][0].score).toBeCloseTo(best.score, 6);
        const sorted = results[b].map(({ score }) => score);
        expect(sorted).toEqual([...sorted].sort((x, y) => y - x));
      });
    });
  });

  /** Beam search by sorting all continuations of all hypotheses, as it is told in words. */
  const told = (model: Float32Array, width: number): { choices: number[]; p: number }[] => {
    let open = [{ choices: [] as number[], p: 0 }];
    const ended: { choices: number[]; p: number }[] = [];
    for (let step = 1; step <= LONGEST; step++) {
      const all = open.flatMap(({ choices, p }) =>
        Array.from({ length: V }, (_, next) => ({
          choices,
          next,
          p: p + model[(choices.at(-1) ?? V) * V + next],
        })),
      );
      all.sort((x, y) => y.p - x.p);
      open = [];
      for (const [rank, { choices, next, p }] of all.entries()) {
        if (open.length === width) break;
        const ends = next === END;
        const longer = ends ? choices : [...choices, next];
        if (!ends && step < LONGEST) open.push({ choices: longer, p });
        else if (rank < width) ended.push({ choices: longer, p });
      }
    }
    return ended.sort((x, y) => y.p - x.p).slice(0, width);
  };

  test.each([1, 2, 3])('%i beams keep what sorting all continuations keeps', (beams) => {
    const models = chains(40, 5);
    search(models, { beams }).forEach((found, b) => {
      const expected = told(models[b], beams);
      expect(found.map(({ choices }) => choices)).toEqual(expected.map(({ choices }) => choices));
      found.forEach(({ logProbability }, i) => {
        expect(logProbability).toBeCloseTo(expected[i].p, 5);
      });
    });
  });

  test('one beam is greedy', () => {
    const models = chains(20, 2);
    search(models, {}).forEach(([{ choices, logProbability }], b) => {
      const model = models[b];
      const expected: number[] = [];
      let p = 0;
      for (let from = V; expected.length < LONGEST; ) {
        const row = [...model.subarray(from * V, (from + 1) * V)];
        from = row.indexOf(Math.max(...row));
        p += Math.max(...row);
        if (from === END) break;
        expected.push(from);
      }
      expect(choices).toEqual(expected);
      expect(logProbability).toBeCloseTo(p, 6);
    });
  });

  test('each sequence of a batch has the result that it has alone', () => {
    const models = chains(6, 3);
    const lengths = [1, 4, 2, 3, 4, 1];
    const together = search(models, { beams: 3, lengthPenalty: 1 }, lengths);
    models.forEach((model, b) => {
      const [alone] = search([model], { beams: 3, lengthPenalty: 1 }, [lengths[b]]);
      expect(together[b].map(({ choices, score }) => ({ choices, score }))).toEqual(
        alone.map(({ choices, score }) => ({ choices, score })),
      );
      expect(Math.max(...alone.map(({ rows }) => rows.length))).toBeLessThanOrEqual(lengths[b]);
    });
  });

  test('a penalty makes longer ones win', () => {
    const models = chains(30, 4);
    const length = (lengthPenalty: number) =>
      search(models, { beams: 64, lengthPenalty }).reduce((n, [{ choices }]) => n + choices.length, 0);
    expect(length(2)).toBeGreaterThan(length(0));
  });

  test('refuses what does not fit', () => {
    expect(() => new BeamSearch([3], null, { beams: 1.5 })).toThrow(ArgumentError);
    expect(() => new BeamSearch([3], null, { lengthPenalty: 0.7 })).toThrow(/multiple of 0.5.*0.7/);
    engine().scope(() => {
      expect(() => new BeamSearch([3], null, { beams: 2 }).advance(engine().zeros([1, 4]))).toThrow(
        ShapeError,
      );
    });
  });
});
