import { expect, test } from '@jest/globals';
import { expectClose, sumTolerance, worst } from '../close.js';
import { Random } from '../random.js';
import { rotate } from '../reference/rope.js';
import { dense, extent } from '../reference/strided.js';
import { everyVariant } from './harness.js';
import { expectSame } from './same.js';

everyVariant('rope_f32', (fresh, variant) => {
  const HALVES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 32];
  interface Case {
    half: number;
    rest: number;
    interleaved: boolean;
    shared: boolean;
  }
  const cases = HALVES.flatMap((half) =>
    [0, 1, 5].flatMap((rest): Case[] => [
      { half, rest, interleaved: false, shared: true },
      { half, rest, interleaved: true, shared: false },
    ]),
  ).filter((c) => c.half + c.rest > 0);
  const [B, L, H] = [2, 3, 2];

  /** Runs a case; `pad` spreads x, `place` says whether y is x. */
  function run(c: Case, kernel: 'rope_f32' | 'rope_f32_backward', inPlace: boolean, x: Float32Array) {
    const D = 2 * c.half + c.rest;
    const r = new Random(c.half);
    const angle = r.uniform((c.shared ? L : B * L) * c.half, -3, 3);
    const [cos, sin] = [angle.map(Math.cos), angle.map(Math.sin)];
    const xs = [L * H * D + 11, H * D + 3, D + 1, 1];
    const ys = inPlace ? xs : dense([B, L, H, D], 2);
    const spread = new Float32Array(extent([B, L, H, D], xs));
    const at = (s: number[], b: number, l: number, h: number) => b * s[0] + l * s[1] + h * s[2];
    const heads: [number, number, number][] = [];
    for (let b = 0; b < B; b++) for (let l = 0; l < L; l++) for (let h = 0; h < H; h++) heads.push([b, l, h]);
    heads.forEach((p, k) => void spread.set(x.subarray(k * D, k * D + D), at(xs, ...p)));
    const m = fresh();
    const px = m.f32(spread);
    const py = inPlace ? px : m.f32(extent([B, L, H, D], ys), 4);
    const tb = c.shared ? 0 : L * c.half;
    const [pc, ps] = [m.f32(cos), m.f32(sin)];
    for (const [begin, end] of [
      [0, 2],
      [2, B * L],
    ])
      m.kernels[kernel](
        py,
        px,
        pc,
        ps,
        Number(c.interleaved),
        L,
        H,
        D,
        c.half,
        ys[0],
        ys[1],
        ys[2],
        xs[0],
        xs[1],
        xs[2],
        tb,
        c.half,
        begin,
        end,
      );
    m.checkGuards();
    const y = m.readF32(py, extent([B, L, H, D], ys));
    const turn = kernel === 'rope_f32' ? 1 : -1;
    const expected: number[] = [];
    const got: number[] = [];
    heads.forEach(([b, l, h], k) => {
      const t = (c.shared ? l : b * L + l) * c.half;
      const s = sin.subarray(t, t + c.half).map((v) => v * turn);
      const head = x.subarray(k * D, k * D + D);
      const round = variant === 'simd' ? Math.fround : undefined;
      expected.push(...rotate(head, cos.subarray(t, t + c.half), s, c.interleaved, round));
      got.push(...y.subarray(at(ys, b, l, h), at(ys, b, l, h) + D));
    });
    return { got, expected, D };
  }

  const check = (got: number[], expected: number[]) => {
    if (variant === 'simd') expectSame(got, expected);
    else expectClose(got, expected, sumTolerance(2, 1));
  };

  test.each(cases)('%j', (c) => {
    const x = new Random(3).uniform(B * L * H * (2 * c.half + c.rest));
    for (const kernel of ['rope_f32', 'rope_f32_backward'] as const)
      for (const inPlace of [false, true]) {
        const { got, expected } = run(c, kernel, inPlace, x);
        check(got, expected);
      }
  });

  test('the backward turns back, and the two pairings are told apart', () => {
    const c = { half: 9, rest: 2, interleaved: false, shared: false };
    const x = new Random(3).uniform(B * L * H * 20);
    const there = run(c, 'rope_f32', false, x);
    const back = run(c, 'rope_f32_backward', false, Float32Array.from(there.got));
    expectClose(back.got, x, sumTolerance(4, 1));
    const other = run({ ...c, interleaved: true }, 'rope_f32', false, x);
    expect(worst(there.got, other.expected, sumTolerance(2, 1)).excess).toBeGreaterThan(100);
    expect(worst(there.got, back.expected, sumTolerance(2, 1)).excess).toBeGreaterThan(100);
    expect(worst(there.got, x, sumTolerance(2, 1)).excess).toBeGreaterThan(100);
  });
});
