// attention_f32 against the double-precision specification.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { expectCanFail, expectClose, type Tolerance } from '../close.js';
import { type Attention, attention } from '../reference/attention.js';
import {
  type Layout,
  largest,
  problem,
  randomMask,
  relativeError,
  runForward,
  type Shape,
} from './attention.js';
import { type Bench, everyVariant } from './harness.js';

const EPS = 2 ** -23;

function tolerances(a: Attention): { o: Tolerance; lse: Tolerance } {
  const relative = relativeError(a);
  return { o: { abs: relative * largest(a.v), rel: 0 }, lse: { abs: relative, rel: EPS } };
}

function check(b: Bench, a: Attention, layout: Layout = 'dense'): void {
  const want = attention(a);
  const got = runForward(b, a, layout);
  const t = tolerances(a);
  expectClose(got.o, want.o, t.o, 'o');
  expectClose(got.lse, want.lse, t.lse, 'lse');
}

everyVariant('attention_f32', (instance) => {
  // one instance for many problems of a test: creating a memory costs more than a small problem
  let shared: Bench;
  beforeEach(() => {
    shared = instance();
  });
  const fresh = () => shared;
  const edges = [1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 127, 128, 129, 131];

  test.each(edges)('L = %i, every S around the block', (L) => {
    for (const S of edges) check(fresh(), problem(L * 1000 + S, { L, S, D: 5, Dv: 3 }), 'odd');
  });

  test.each([1, 3, 4, 5, 8, 20, 32, 33, 64, 80])('D = %i, every Dv, one row and many', (D) => {
    for (const Dv of [1, 3, 4, 5, 8, 20, 32, 33, 64, 80])
      for (const L of [1, 6]) check(fresh(), problem(D * 100 + Dv, { L, S: 67, D, Dv }), 'odd');
  });

  test.each([
    [1, 1],
    [2, 2],
    [3, 1],
    [4, 2],
    [6, 2],
    [7, 1],
    [12, 4],
  ])('%i query heads on %i kv heads, in every layout', (H, G) => {
    for (const layout of ['dense', 'projection', 'odd'] as const)
      for (const L of [1, 2, 29]) check(fresh(), problem(H, { B: 2, H, G, L, S: 70, D: 8, Dv: 12 }), layout);
  });

  test('long: several blocks and tiles', () => {
    check(fresh(), problem(1, { B: 1, H: 2, G: 1, L: 300, S: 517, D: 32, Dv: 24 }), 'projection');
  });

  describe.each([1, 2] as const)('mask of kind %i', (kind) => {
    const shape: Shape = { B: 2, H: 4, G: 2, L: 9, S: 71, D: 6, Dv: 5 };
    test.each([
      [2, 4, 9, 71],
      [1, 1, 9, 71],
      [2, 1, 1, 71],
      [1, 4, 1, 71],
      [2, 4, 1, 71],
      [1, 1, 1, 71],
      [2, 4, 9, 1],
      [2, 1, 9, 1],
      [1, 1, 1, 1],
    ] as const)('of shape (%i, %i, %i, %i)', (...dims) => {
      for (const L of [1, 9])
        for (const G of [1, 2, 4])
          for (const seed of [1, 2, 3]) {
            const mask = randomMask(seed, kind, [dims[0], dims[1], Math.min(dims[2], L), dims[3]]);
            check(fresh(), problem(seed, { ...shape, L, G }, { mask }), 'projection');
          }
    });

    test('transposed: the key stride is not 1', () => {
      const { values } = randomMask(4, kind, [1, 1, 71, 9]);
      check(fresh(), problem(4, shape, { mask: { kind, values, strides: [0, 0, 1, 9] } }));
    });

    test('together with bounds', () => {
      const mask = randomMask(5, kind, [2, 4, 70, 71]);
      check(fresh(), problem(5, { ...shape, L: 70 }, { mask, lo: -30, hi: 1 }), 'odd');
      const shared = randomMask(6, kind, [2, 1, 1, 71], 0.9);
      check(fresh(), problem(6, { ...shape, L: 70 }, { mask: shared, lo: -30, hi: 1 }), 'odd');
    });
  });

  test.each([
    [undefined, 0],
    [undefined, 5],
    [undefined, -5],
    [undefined, 90],
    [undefined, -200],
    [undefined, -(2 ** 30)],
    [2 ** 30, undefined],
    [0, undefined],
    [70, undefined],
    [300, undefined],
    [-7, 0],
    [-64, -1],
    [-3, 3],
    [2, 1],
    [60, 68],
    [-1, 70],
  ])('bounds lo %p, hi %p', (lo, hi) => {
    for (const [L, S] of [
      [1, 1],
      [1, 80],
      [5, 9],
      [67, 67],
      [130, 200],
      [140, 66],
    ])
      for (const H of [1, 3]) {
        const a = problem(L, { H, L, S, D: 8, Dv: 8 });
        check(fresh(), { ...a, lo, hi });
      }
  });

  test('scale and soft cap', () => {
    for (const softcap of [0, 0.5, 5, 50])
      for (const scale of [0, -0.25, 1, 3])
        for (const L of [1, 10])
          check(fresh(), problem(L, { L, S: 90, D: 16, Dv: 16 }, { scale, softcap, hi: 20 }));
  });

  test('no keys, no queries, no batch', () => {
    const none = runForward(fresh(), problem(1, { L: 3, S: 0 }));
    expect([...none.o]).toEqual(Array(12).fill(0));
    expect([...none.lse]).toEqual(Array(3).fill(-Infinity));
    expect(runForward(fresh(), problem(1, { L: 0, S: 3 })).o).toHaveLength(0);
    expect(runForward(fresh(), problem(1, { B: 0, S: 3 })).o).toHaveLength(0);
  });

  test('a large range of scores: no overflow, and one key takes all', () => {
    for (const L of [1, 8]) {
      const a = problem(2, { L, S: 150, D: 4, Dv: 4 }, { scale: 200 });
      const { o, lse } = runForward(fresh(), a);
      expect([...o, ...lse].every(Number.isFinite)).toBe(true);
      const want = attention(a);
      expectClose(lse, want.lse, { rel: 4 * EPS });
      expectClose(o, want.o, { abs: 5e-4 });
    }
  });

  test.each(['q', 'k', 'v', 'mask'] as const)('%s may end where memory ends', (which) => {
    for (const [L, D, Dv] of [
      [1, 5, 7],
      [3, 5, 7],
      [3, 8, 5],
      [3, 16, 16],
      [70, 7, 6],
      [70, 8, 8],
    ])
      for (const kind of [1, 2] as const) {
        const a = problem(L, { L, S: 67, D, Dv }, { mask: randomMask(L, kind, [1, 1, L, 67]) });
        const { o } = runForward(fresh(), a, 'dense', [], which);
        expectClose(o, attention(a).o, tolerances(a).o);
      }
  });

  test('the tolerance can fail', () => {
    const a = problem(3, { H: 2, G: 1, L: 20, S: 70, D: 32, Dv: 32 }, { hi: 50 });
    const { o: want } = attention(a);
    const { o: tolerance } = tolerances(a);
    expectCanFail(want, tolerance);
    const wrong: [string, Partial<Attention>][] = [
      ['one key too few', { hi: 49 }],
      ['no bound', { hi: undefined }],
      ['scale dropped', { scale: a.scale * 1.0001 }],
      ['keys for values', { k: a.v, v: a.k }],
    ];
    for (const [, change] of wrong)
      expect(() => expectClose(attention({ ...a, ...change }).o, want, tolerance)).toThrow();
  });
});
