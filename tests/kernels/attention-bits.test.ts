// The bit law of attention_f32: a row depends on its own query, on the keys and values that it sees
// and on their positions, and on nothing else.
import { beforeEach, expect, test } from '@jest/globals';
import type { Attention } from '../reference/attention.js';
import { each, expectSameBits, problem, randomMask, runForward } from './attention.js';
import { type Bench, everyVariant } from './harness.js';

type Dims = readonly [number, number, number, number];

/** Elements of a dense tensor from which a window is taken: pick(b, h, l, w) => index. */
function pick(x: ArrayLike<number>, dims: Dims, at: (b: number, h: number, l: number, w: number) => number) {
  const out = new Float32Array(dims[0] * dims[1] * dims[2] * dims[3]);
  each(dims, (i, b, h, l, w) => (out[i] = x[at(b, h, l, w)]));
  return out;
}

type Result = ReturnType<typeof runForward>;

function expectSameResult(actual: Result, expected: Result): void {
  expectSameBits(actual.o, expected.o, 'o');
  expectSameBits(actual.lse, expected.lse, 'lse');
}

/** The problem of rows [from, from + L) of (b, head h's group) alone. */
function rowsOf(a: Attention, b: number, g: number, heads: number[], from: number, L: number): Attention {
  const { H, G, S, D, Dv } = a;
  return {
    ...a,
    B: 1,
    H: heads.length,
    G: 1,
    L,
    q: pick(a.q, [1, heads.length, L, D], (_, h, l, w) => ((b * H + heads[h]) * a.L + from + l) * D + w),
    k: pick(a.k, [1, 1, S, D], (_, _h, s, w) => ((b * G + g) * S + s) * D + w),
    v: pick(a.v, [1, 1, S, Dv], (_, _h, s, w) => ((b * G + g) * S + s) * Dv + w),
    lo: a.lo === undefined ? undefined : a.lo + from,
    hi: a.hi === undefined ? undefined : a.hi + from,
    mask: a.mask && {
      ...a.mask,
      values: Array.from(a.mask.values).slice(
        b * a.mask.strides[0] + heads[0] * a.mask.strides[1] + from * a.mask.strides[2],
      ),
    },
  };
}

everyVariant('attention_f32, bit for bit', (instance) => {
  let shared: Bench;
  beforeEach(() => {
    shared = instance();
  });
  const fresh = () => shared; // one instance for the many problems of a test

  const cases: [string, Attention][] = [
    ['plain', problem(1, { B: 2, H: 4, G: 2, L: 75, S: 140, D: 33, Dv: 21 })],
    ['causal', problem(2, { B: 1, H: 3, G: 1, L: 90, S: 150, D: 32, Dv: 32 }, { hi: 60 })],
    ['window', problem(3, { B: 1, H: 2, G: 2, L: 140, S: 140, D: 64, Dv: 64 }, { lo: -70, hi: 0 })],
    [
      'masked',
      problem(
        4,
        { B: 2, H: 2, G: 2, L: 70, S: 135, D: 20, Dv: 8 },
        {
          mask: randomMask(4, 1, [2, 2, 70, 135], 0.5),
          softcap: 5,
        },
      ),
    ],
    [
      'padded',
      problem(
        5,
        { B: 1, H: 2, G: 1, L: 40, S: 200, D: 16, Dv: 40 },
        {
          mask: randomMask(5, 2, [1, 1, 1, 200], 0.8),
        },
      ),
    ],
  ];

  test.each(cases)('%s: rows alone, in pairs and in the whole', (_, a) => {
    const whole = runForward(fresh(), a);
    const group = a.H / a.G;
    for (let b = 0; b < a.B; b++)
      for (let g = 0; g < a.G; g++) {
        const all = Array.from({ length: group }, (_, i) => g * group + i);
        for (const heads of [all, ...(a.mask ? [] : [[all[0]], [all[group - 1]]])])
          for (const [from, L] of [
            [0, 1],
            [1, 1],
            [30, 1],
            [a.L - 1, 1],
            [3, 2],
            [5, 7],
            [0, 39],
            [17, 20],
          ]) {
            const part = runForward(fresh(), rowsOf(a, b, g, heads, from, L), 'odd');
            const same = pick(
              whole.o,
              [1, heads.length, L, a.Dv],
              (_, h, l, w) => ((b * a.H + heads[h]) * a.L + from + l) * a.Dv + w,
            );
            expectSameBits(part.o, same, `o of rows ${from}, ${L}`);
            const lse = pick(
              whole.lse,
              [1, heads.length, L, 1],
              (_, h, l) => (b * a.H + heads[h]) * a.L + from + l,
            );
            expectSameBits(part.lse, lse, `lse of rows ${from}, ${L}`);
          }
      }
  });

  test.each(cases)('%s: any split of the range', (_, a) => {
    const whole = runForward(fresh(), a);
    const units = fresh().kernels.attention_f32_units(a.B, a.H, a.G, a.L);
    const every = Array.from({ length: units - 1 }, (_, i) => i + 1);
    for (const cuts of [[1], [units - 1], every]) {
      const split = runForward(fresh(), a, 'dense', cuts);
      expectSameResult(split, whole);
    }
  });

  test.each([1, 3, 64, 70])('padded keys, whatever they hold, do not touch L = %i rows', (L) => {
    const S = 101;
    for (const extra of [1, 27, 28, 91])
      for (const rubbish of [0, 1e30, Infinity, -Infinity, Number.NaN])
        for (const kind of [0, 1, 2] as const) {
          const H = 2;
          const a = problem(L, { B: 1, H, G: 1, L, S, D: 12, Dv: 20 });
          const alone = runForward(fresh(), a);
          const P = S + extra;
          const pad = (x: ArrayLike<number>, W: number) =>
            pick(x, [1, 1, P, W], (_, _h, s, w) => s * W + w).map((y, i) => (i < S * W ? y : rubbish));
          const padded: Attention = { ...a, S: P, k: pad(a.k, a.D), v: pad(a.v, a.Dv) };
          if (kind === 0) {
            // hidden by the bound: every row sees the first S keys only when the bound does not move
            if (L > 1) continue;
            padded.hi = S - 1;
          } else {
            const show = kind === 1 ? 1 : 0;
            const hide = kind === 1 ? 0 : -Infinity;
            const values = Array.from({ length: P }, (_, s) => (s < S ? show : hide));
            padded.mask = { kind, values, strides: [0, 0, 0, 1] };
            const full = runForward(fresh(), {
              ...padded,
              mask: { kind, values: Array.from({ length: L }, () => values).flat(), strides: [0, 0, P, 1] },
            });
            expectSameResult(full, alone);
          }
          expectSameResult(runForward(fresh(), padded), alone);
        }
  });

  test('rubbish that some rows see stays in those rows', () => {
    const a = problem(7, { H: 2, G: 1, L: 80, S: 80, D: 8, Dv: 8 }, { hi: 0 });
    const clean = runForward(fresh(), a);
    for (const [rubbish, where] of [
      [Number.NaN, 'kv'],
      [Number.NaN, 'k'],
      [Number.NaN, 'v'],
      [Infinity, 'v'],
      [-Infinity, 'v'],
    ] as const) {
      const at = 50;
      const spoil = (x: ArrayLike<number>) =>
        Float32Array.from(x, (y, i) => (i === at * 8 + 2 ? rubbish : y));
      const spoilt = {
        ...a,
        k: where.includes('k') ? spoil(a.k) : a.k,
        v: where.includes('v') ? spoil(a.v) : a.v,
      };
      const { o } = runForward(fresh(), spoilt);
      let wrong = 0;
      each([1, 2, 80, 8], (i, _b, _h, l, w) => {
        if (l < at) wrong += o[i] === clean.o[i] ? 0 : 1;
        else if (w === 2) wrong += o[i] - o[i] === 0 ? 1 : 0;
        else if (where === 'v') wrong += o[i] === clean.o[i] ? 0 : 1;
      });
      expect(wrong).toBe(0);
    }
  });

  test('rows that see nothing are exact zeros among rows that do', () => {
    const L = 70;
    const S = 130;
    const values = Array.from({ length: L * S }, (_, i) => (Math.floor(i / S) % 3 === 1 ? 0 : 1));
    for (const poison of [false, true]) {
      const a = problem(8, { L, S, D: 4, Dv: 4 }, { mask: { kind: 1, values, strides: [0, 0, S, 1] } });
      if (poison) a.v = Float32Array.from(a.v, (x, i) => (i === 77 ? Number.NaN : x));
      const { o, lse } = runForward(fresh(), a);
      for (let l = 1; l < L; l += 3) {
        expect([...o.slice(l * 4, l * 4 + 4)]).toEqual([0, 0, 0, 0]);
        expect(lse[l]).toBe(-Infinity);
      }
      for (let l = 0; l < L; l += 3) expect(lse[l]).toBeGreaterThan(-100);
    }
  });

  test('the comparison can fail: one key more or its position moved changes bits', () => {
    const a = problem(9, { L: 8, S: 130, D: 16, Dv: 16 }, { hi: 100 });
    const { o } = runForward(fresh(), a);
    expect(runForward(fresh(), { ...a, hi: 101 }).o).not.toEqual(o);
    const turn = (x: ArrayLike<number>, W: number) => Float32Array.from(x, (_, i) => x[(i + W) % (130 * W)]);
    const moved = { ...a, hi: undefined, k: turn(a.k, 16), v: turn(a.v, 16) };
    expect(runForward(fresh(), moved).o).not.toEqual(runForward(fresh(), { ...a, hi: undefined }).o);
  });
});
