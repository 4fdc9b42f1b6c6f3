// attention_f32_backward against the double-precision gradients, which are themselves checked against
// differences of the forward specification.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { expectCanFail, expectClose } from '../close.js';
import { Random } from '../random.js';
import { type Attention, attention } from '../reference/attention.js';
import { type AttentionGradients, attentionBackward } from '../reference/attention-backward.js';
import {
  bounds,
  collect,
  expectSameBits,
  type Layout,
  largest,
  place,
  placeMask,
  problem,
  randomMask,
  relativeError,
  runForward,
} from './attention.js';
import { type Bench, everyVariant } from './harness.js';

type Gradients = Record<keyof AttentionGradients, Float32Array>;
const NAMES = ['dq', 'dk', 'dv', 'dmask'] as const;

function gradientOf(a: Attention, seed = 99): Float32Array {
  return new Random(seed).normal(a.B * a.H * a.L * a.Dv);
}

function runBackward(
  bench: Bench,
  a: Attention,
  dy: ArrayLike<number>,
  layout: Layout = 'dense',
  cuts: readonly number[] = [],
): Gradients {
  const { B, H, G, L, S, D, Dv } = a;
  const K = bench.kernels;
  const forward = runForward(bench, a, layout);
  const q = place(bench, layout, [B, H, L, D], a.q);
  const k = place(bench, layout, [B, G, S, D], a.k);
  const v = place(bench, layout, [B, G, S, Dv], a.v);
  const o = place(bench, layout, [B, H, L, Dv], forward.o);
  const dO = place(bench, layout, [B, H, L, Dv], dy);
  const dq = place(bench, layout, [B, H, L, D]);
  const dk = place(bench, layout, [B, G, S, D]);
  const dv = place(bench, layout, [B, G, S, Dv]);
  const lse = bench.f32(forward.lse);
  const delta = bench.f32(B * H * L);
  const m = placeMask(bench, a);
  const masked = a.mask?.values.length ?? 0;
  const dmask = m.kind === 2 ? bench.f32(new Float32Array(masked).fill(2)) : 0;
  const scratch = bench.f32(K.attention_f32_backward_scratch(D, Dv));
  const ends = [...cuts, B * G];
  ends.forEach((end, i) => {
    const begin = i === 0 ? 0 : ends[i - 1];
    // biome-ignore format: the groups of the signature
    K.attention_f32_backward(
      dq.p, dk.p, dv.p, dmask, dO.p, q.p, k.p, v.p, o.p, lse, m.p, delta, scratch, H, G, L, S, D, Dv,
      dq.b, dq.h, dq.l, dk.b, dk.h, dk.l, dv.b, dv.h, dv.l, dO.b, dO.h, dO.l,
      q.b, q.h, q.l, k.b, k.h, k.l, v.b, v.h, v.l, o.b, o.h, o.l,
      m.kind, m.s[0], m.s[1], m.s[2], m.s[3], a.scale, a.softcap ?? 0, ...bounds(a), begin, end,
    );
  });
  bench.checkGuards();
  return {
    dq: collect(bench, dq, [B, H, L, D]),
    dk: collect(bench, dk, [B, G, S, D]),
    dv: collect(bench, dv, [B, G, S, Dv]),
    dmask: dmask ? bench.readF32(dmask, masked).map((x) => x - 2) : new Float32Array(masked),
  };
}

/** Each gradient is a sum of weights times operands: errors relative to their sizes, growing as the root of the length. */
function tolerances(a: Attention, dy: ArrayLike<number>): Record<(typeof NAMES)[number], { abs: number }> {
  const rel = relativeError(a);
  const ds = largest(dy) * largest(a.v) * Math.sqrt(a.Dv) * rel;
  const rows = Math.sqrt((a.L * a.H) / a.G);
  const scale = Math.abs(a.scale);
  return {
    dq: { abs: ds * scale * largest(a.k) },
    dk: { abs: ds * scale * largest(a.q) * rows },
    dv: { abs: rel * largest(dy) * rows },
    dmask: { abs: ds * rows * Math.sqrt(a.B * a.G) + 2 ** -22 * rows },
  };
}

everyVariant('attention_f32_backward', (instance) => {
  let bench: Bench;
  beforeEach(() => {
    bench = instance();
  });

  function check(a: Attention, layout: Layout = 'dense'): void {
    const dy = gradientOf(a);
    const want = attentionBackward(a, dy);
    const got = runBackward(bench, a, dy, layout);
    const t = tolerances(a, dy);
    for (const name of NAMES) expectClose(got[name], want[name], t[name], name);
  }

  test.each([1, 2, 3, 4, 5, 63, 64, 65, 131])('L = %i, every S around the block', (L) => {
    for (const S of [1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 131])
      check(problem(L * 1000 + S, { L, S, D: 5, Dv: 3 }), 'odd');
  });

  test.each([1, 3, 4, 5, 8, 20, 33, 64])('D = %i, every Dv', (D) => {
    for (const Dv of [1, 3, 4, 5, 8, 20, 33, 64]) check(problem(D + Dv, { L: 6, S: 67, D, Dv }), 'odd');
  });

  test.each([
    [1, 1],
    [2, 2],
    [3, 1],
    [4, 2],
    [7, 1],
    [12, 4],
  ])('%i query heads on %i kv heads', (H, G) => {
    for (const layout of ['dense', 'projection', 'odd'] as const)
      for (const L of [1, 29]) check(problem(H, { B: 2, H, G, L, S: 70, D: 8, Dv: 12 }), layout);
  });

  describe.each([1, 2] as const)('mask of kind %i', (kind) => {
    test.each([
      [2, 4, 9, 71],
      [1, 1, 9, 71],
      [2, 1, 1, 71],
      [1, 4, 1, 71],
      [2, 4, 9, 1],
      [1, 1, 1, 1],
    ] as const)('of shape (%i, %i, %i, %i)', (...dims) => {
      for (const G of [1, 2, 4])
        for (const rest of [{}, { lo: -2, hi: 40, softcap: 1.5 }])
          check(
            problem(
              kind,
              { B: 2, H: 4, G, L: 9, S: 71, D: 6, Dv: 5 },
              { mask: randomMask(7, kind, dims), ...rest },
            ),
            'projection',
          );
    });
  });

  test.each([
    [undefined, 0],
    [undefined, -5],
    [undefined, 90],
    [undefined, -200],
    [undefined, -(2 ** 30)],
    [-1, 70],
    [70, undefined],
    [300, undefined],
    [-64, -1],
    [-3, 3],
    [2, 1],
    [60, 68],
  ])('bounds lo %p, hi %p', (lo, hi) => {
    for (const [L, S] of [
      [1, 80],
      [67, 67],
      [130, 200],
      [140, 66],
    ])
      for (const H of [1, 3]) check({ ...problem(L, { H, L, S, D: 8, Dv: 8 }), lo, hi });
  });

  test('scale and soft cap', () => {
    for (const softcap of [0, 0.5, 5, 50])
      for (const scale of [0, -0.25, 1, 2])
        check(problem(3, { L: 10, S: 90, D: 16, Dv: 16 }, { scale, softcap }));
  });

  test('no keys, no queries', () => {
    const none = runBackward(bench, problem(1, { L: 3, S: 0 }), new Float32Array(12).fill(1));
    expect([...none.dq]).toEqual(Array(12).fill(0));
    const empty = runBackward(bench, problem(1, { L: 0, S: 3 }), []);
    expect([...empty.dk, ...empty.dv]).toEqual(Array(24).fill(0));
  });

  test('the same bits in any split, in a batch and alone', () => {
    const a = problem(6, { B: 3, H: 4, G: 2, L: 70, S: 90, D: 12, Dv: 8 }, { hi: 20 });
    const dy = gradientOf(a);
    const whole = runBackward(bench, a, dy);
    const split = runBackward(bench, a, dy, 'odd', [1, 4]);
    for (const name of NAMES) expectSameBits(split[name], whole[name], name);
    const last = (x: ArrayLike<number>) => Float32Array.from(x).slice((x.length / 3) * 2);
    const alone = runBackward(bench, { ...a, B: 1, q: last(a.q), k: last(a.k), v: last(a.v) }, last(dy));
    for (const name of NAMES) expectSameBits(alone[name], last(whole[name]), name);
  });

  test.each([Number.NaN, Infinity])(
    '%p in hidden keys, and in queries that see nothing, stays there',
    (rubbish) => {
      const S = 90;
      const L = 70;
      const show = (i: number) => (i % S >= 60 || (i % S) % 7 === 3 || Math.floor(i / S) === 5 ? 0 : 1);
      const values = Array.from({ length: L * S }, (_, i) => show(i));
      const a = problem(8, { L, S, D: 4, Dv: 4 }, { mask: { kind: 1, values, strides: [0, 0, S, 1] } });
      const hidden = (j: number) => j >= 60 || j % 7 === 3;
      const spoil = (x: ArrayLike<number>) => Float32Array.from(x, (y, i) => (hidden(i >> 2) ? rubbish : y));
      const deaf = (x: ArrayLike<number>) => Float32Array.from(x, (y, i) => (i >> 2 === 5 ? rubbish : y));
      const dy = gradientOf(a);
      const clean = runBackward(bench, a, dy);
      const got = runBackward(bench, { ...a, q: deaf(a.q), k: spoil(a.k), v: spoil(a.v) }, deaf(dy));
      for (const name of NAMES) expectSameBits(got[name], clean[name], name);
      expect([...got.dk.slice(240)]).toEqual(Array(120).fill(0));
      expect([...got.dq.slice(20, 24)]).toEqual([0, 0, 0, 0]);
    },
  );

  test('the tolerances can fail', () => {
    const mask = randomMask(9, 2, [1, 1, 30, 70], 0.1);
    const a = problem(9, { H: 2, G: 1, L: 30, S: 70, D: 16, Dv: 16 }, { mask, hi: 50 });
    const dy = gradientOf(a);
    const want = attentionBackward(a, dy);
    const t = tolerances(a, dy);
    for (const name of NAMES) {
      expectCanFail(
        want[name].filter((x) => x !== 0),
        t[name],
      );
      const off = attentionBackward({ ...a, hi: 49 }, dy)[name];
      expect(() => expectClose(off, want[name], t[name])).toThrow();
    }
  });
});

test('the reference gradients are the differences of the reference', () => {
  const mask = randomMask(3, 2, [1, 2, 1, 6], 0.2);
  const a = problem(3, { B: 2, H: 2, G: 1, L: 3, S: 6, D: 3, Dv: 2 }, { mask, hi: 2, softcap: 1.5 });
  const dy = gradientOf(a);
  const want = attentionBackward(a, dy);
  const loss = (x: Attention) => attention(x).o.reduce((sum, y, i) => sum + y * dy[i], 0);
  const step = 1e-5;
  const differences = (x: ArrayLike<number>, put: (y: Float64Array) => Attention) =>
    Float64Array.from(x, (_, i) => {
      const moved = (by: number) => loss(put(Float64Array.from(x, (y, j) => (j === i ? y + by : y))));
      return x[i] === -Infinity ? 0 : (moved(step) - moved(-step)) / (2 * step);
    });
  expectClose(
    differences(a.q, (q) => ({ ...a, q })),
    want.dq,
    { abs: 1e-8 },
  );
  expectClose(
    differences(a.k, (k) => ({ ...a, k })),
    want.dk,
    { abs: 1e-8 },
  );
  expectClose(
    differences(a.v, (v) => ({ ...a, v })),
    want.dv,
    { abs: 1e-8 },
  );
  expectClose(
    differences(mask.values, (values) => ({ ...a, mask: { ...mask, values } })),
    want.dmask,
    { abs: 1e-8 },
  );
});
