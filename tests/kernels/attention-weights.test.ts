// attention_weights_f32: the L x S matrix at each stage.
import { beforeEach, expect, test } from '@jest/globals';
import { expectCanFail, expectClose } from '../close.js';
import { type Attention, attention } from '../reference/attention.js';
import { expectSameBits, type Layout, problem, randomMask, relativeError, runWeights } from './attention.js';
import { type Bench, everyVariant } from './harness.js';

const STAGES = ['products', 'capped', 'scores', 'weights'] as const;

everyVariant('attention_weights_f32', (instance) => {
  let shared: Bench;
  beforeEach(() => {
    shared = instance();
  });

  function check(a: Attention, layout: Layout = 'dense'): void {
    const want = attention(a);
    const abs = relativeError(a); // of a weight of 1; a score has the same absolute error
    for (const stage of [0, 1, 2, 3] as const)
      expectClose(
        runWeights(shared, a, stage, layout),
        want[STAGES[stage]],
        { abs, rel: 2 ** -22 },
        STAGES[stage],
      );
  }

  test.each([1, 2, 3, 4, 5, 63, 64, 65, 127, 128, 129, 131])('L = %i, every S around the block', (L) => {
    for (const S of [1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 131]) check(problem(L, { L, S, D: 5 }), 'odd');
  });

  test.each([1, 3, 4, 8, 33, 64])('D = %i, grouped heads, in every layout', (D) => {
    for (const [H, G] of [
      [1, 1],
      [4, 2],
      [3, 1],
    ])
      for (const layout of ['dense', 'projection', 'odd'] as const)
        check(problem(D, { B: 2, H, G, L: 5, S: 70, D }), layout);
  });

  test.each([1, 2] as const)('masks of kind %i with bounds and a soft cap', (kind) => {
    const shape = { B: 2, H: 4, G: 2, L: 37, S: 141, D: 8 };
    for (const dims of [
      [2, 4, 37, 141],
      [2, 1, 1, 141],
      [1, 1, 37, 1],
      [1, 4, 1, 141],
    ] as const)
      for (const rest of [{}, { hi: 60 }, { lo: 70, hi: 80 }, { lo: -5, hi: -3, softcap: 2 }]) {
        check(problem(kind, shape, { mask: randomMask(kind, kind, dims), ...rest }), 'projection');
        const one = randomMask(kind, kind, [2, 4, 1, 141]);
        check(problem(kind, { ...shape, L: 1 }, { mask: one, ...rest }));
      }
  });

  test('weights of a row add up to one, or to zero where nothing is seen', () => {
    const a = problem(5, { H: 2, G: 1, L: 70, S: 200, D: 16 }, { hi: -3 });
    const w = runWeights(shared, a, 3);
    for (let r = 0; r < 140; r++) {
      const total = w.slice(r * 200, r * 200 + 200).reduce((x, y) => x + y, 0);
      expect(total).toBeCloseTo(r % 70 < 3 ? 0 : 1, 6);
    }
  });

  test('a row has the same bits alone, in any split and with padded keys of rubbish', () => {
    const a = problem(6, { B: 2, H: 2, G: 1, L: 75, S: 133, D: 12 }, { hi: 40 });
    const whole = runWeights(shared, a, 3);
    expectSameBits(runWeights(shared, a, 3, 'dense', [1, 4]), whole, 'split');
    for (const l of [0, 17, 74]) {
      const row = (3 * a.L + l) * a.S;
      const alone: Attention = {
        ...a,
        B: 1,
        H: 1,
        L: 1,
        hi: 40 + l,
        q: Array.from(a.q).slice((3 * a.L + l) * a.D),
        k: Array.from(a.k).slice(a.S * a.D),
      };
      expectSameBits(runWeights(shared, alone, 3), whole.slice(row, row + a.S), `row ${l}`);
      const P = a.S + 30;
      const padded: Attention = {
        ...alone,
        S: P,
        hi: Math.min(40 + l, a.S - 1),
        k: Array.from({ length: P * a.D }, (_, i) => (i < a.S * a.D ? alone.k[i] : Number.NaN)),
      };
      expectSameBits(
        runWeights(shared, padded, 3).slice(0, a.S),
        whole.slice(row, row + a.S),
        `padded row ${l}`,
      );
    }
  });

  test('no keys, no queries', () => {
    expect(runWeights(shared, problem(1, { L: 3, S: 0 }), 3)).toHaveLength(0);
    expect(runWeights(shared, problem(1, { L: 0, S: 3 }), 3)).toHaveLength(0);
  });

  test('the tolerance can fail', () => {
    const a = problem(7, { L: 9, S: 70, D: 16 }, { hi: 64 });
    for (const stage of STAGES) {
      const want = attention(a)[stage];
      expectCanFail(want.filter(Number.isFinite), { abs: relativeError(a), rel: 2 ** -22 });
      const off = attention({ ...a, scale: a.scale * 1.001, hi: 63 })[stage];
      expect(() => expectClose(off, want, { abs: relativeError(a), rel: 2 ** -22 })).toThrow();
    }
  });
});
