// The steps of RNN, LSTM and GRU against doubles, their backwards against central differences of these.
import { describe, expect, test } from '@jest/globals';
import { expectCanFail, expectClose, worst } from '../close.js';
import { differences, inner } from '../grad/differences.js';
import { Random } from '../random.js';
import { GATES, type Kind, recurrentStep } from '../reference/recurrent.js';
import { type Bench, everyVariant } from './harness.js';

const EPS = 2 ** -23;
// Around the four lanes, and multiples.
const HS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17, 31];
const BS = [0, 1, 2, 3, 5];
const KINDS = Object.keys(GATES) as Kind[];
const CODE = { tanh: 0, relu: 1 } as const;

interface Step {
  kind: Kind;
  B: number;
  H: number;
  x: Float32Array;
  p: Float32Array;
  prevH: Float32Array;
  prevC: Float32Array;
  /** upstream: of the outputs, and from the next step */
  dy: Float32Array;
  dh: Float32Array;
  dyc: Float32Array;
  dc: Float32Array;
  /** at t = 3: those with a length of at most 3 are over */
  lengths: number[] | null;
}

function problem(kind: Kind, B: number, H: number, lengths: number[] | null = null): Step {
  const r = new Random(1 + 100 * B + H);
  const state = (): Float32Array => r.normal(B * H);
  const wide = (): Float32Array => r.normal(B * H * GATES[kind], 1.5);
  return {
    ...{ kind, B, H, lengths, x: wide(), p: wide(), prevH: state(), prevC: state() },
    ...{ dy: state(), dh: state(), dyc: state(), dc: state() },
  };
}

const over = (s: Step, b: number): boolean => s.lengths !== null && s.lengths[b] <= 3;
const row = (x: Float32Array, b: number, n: number): Float32Array => x.subarray(b * n, b * n + n);

interface Forward {
  h: Float32Array;
  c: Float32Array;
  /** addresses of what the backward needs */
  saved: { h: number; c: number; gates: number };
}

function forward(b: Bench, s: Step, [begin, end] = [0, s.B], keepGates = true): Forward {
  const { kind, B, H } = s;
  const [h, c] = [b.f32(B * H), b.f32(B * H)];
  const gates = keepGates && (kind === 'lstm' || kind === 'gru') ? b.f32(4 * B * H) : 0;
  const [x, p, prevH] = [b.f32(s.x, 4), b.f32(s.p, 8), b.f32(s.prevH)];
  const lengths = s.lengths ? b.i32(s.lengths) : 0;
  const k = b.kernels;
  if (kind === 'lstm') k.lstm_step_f32(h, c, gates, x, p, prevH, b.f32(s.prevC), lengths, 3, H, begin, end);
  else if (kind === 'gru') k.gru_step_f32(h, gates, x, p, prevH, lengths, 3, H, begin, end);
  else k.rnn_step_f32(h, x, p, prevH, lengths, 3, H, CODE[kind], begin, end);
  b.checkGuards();
  return { h: b.readF32(h, B * H), c: b.readF32(c, B * H), saved: { h, c, gates } };
}

function expected(s: Step): { h: Float64Array; c: Float64Array } {
  const { B, H, kind } = s;
  const width = GATES[kind] * H;
  const [h, c] = [new Float64Array(B * H), new Float64Array(B * H)];
  for (let b = 0; b < B; b++) {
    const [prevH, prevC] = [row(s.prevH, b, H), row(s.prevC, b, H)];
    const next = over(s, b)
      ? { h: prevH, c: prevC }
      : recurrentStep(kind, row(s.x, b, width), row(s.p, b, width), prevH, prevC);
    h.set(next.h, b * H);
    c.set(next.c, b * H);
  }
  return { h, c };
}

interface Gradients {
  x: Float32Array;
  p: Float32Array;
  prevH: Float32Array;
  prevC: Float32Array;
}

/** carry is only a part of the gradient of prevH, but all of it for a step with p given. */
function backward(b: Bench, s: Step): Gradients {
  const { kind, B, H } = s;
  const { saved } = forward(b, s);
  const n = GATES[kind] * B * H;
  const [dx, dp, carry] = [b.f32(n), b.f32(n), b.f32(B * H)];
  const [dy, dh, dc] = [b.f32(s.dy), b.f32(s.dh), b.f32(s.dc)];
  const lengths = s.lengths ? b.i32(s.lengths) : 0;
  const k = b.kernels;
  if (kind === 'lstm') {
    const [dyc, prevC] = [b.f32(s.dyc), b.f32(s.prevC)];
    const { gates, c } = saved;
    k.lstm_step_f32_backward(dx, dc, carry, dy, dh, dyc, gates, c, prevC, lengths, 3, H, 0, B);
  } else if (kind === 'gru')
    k.gru_step_f32_backward(dx, dp, carry, dy, dh, saved.gates, b.f32(s.prevH), lengths, 3, H, 0, B);
  else k.rnn_step_f32_backward(dx, carry, dy, dh, saved.h, lengths, 3, H, CODE[kind], 0, B);
  b.checkGuards();
  const x = b.readF32(dx, n);
  return {
    x,
    p: kind === 'gru' ? b.readF32(dp, n) : x,
    prevH: b.readF32(carry, B * H),
    prevC: kind === 'lstm' ? b.readF32(dc, B * H) : new Float32Array(0),
  };
}

/** Sequence b of a problem by itself. */
function alone(s: Step, b: number): Step {
  const [H, n] = [s.H, GATES[s.kind] * s.H];
  const states = ['prevH', 'prevC', 'dy', 'dh', 'dyc', 'dc'] as const;
  return {
    ...{ ...s, B: 1, x: row(s.x, b, n), p: row(s.p, b, n) },
    ...Object.fromEntries(states.map((name) => [name, row(s[name], b, H)])),
    lengths: s.lengths && [s.lengths[b]],
  };
}

/** The same by differences; in doubles, so that their own error does not show. */
function expectedGradients(s: Step): Record<keyof Gradients, number[]> {
  const all = { x: [], p: [], prevH: [], prevC: [] } as Record<keyof Gradients, number[]>;
  for (let b = 0; b < s.B; b++) {
    const one = alone(s, b);
    const dh = Float64Array.from(one.dy, (g, i) => g + one.dh[i]);
    const dc = Float64Array.from(one.dyc, (g, i) => g + one.dc[i]);
    for (const name of ['x', 'p', 'prevH', 'prevC'] as const) {
      if (name === 'prevC' && s.kind !== 'lstm') continue;
      const loss = (v: Float64Array): number => {
        const { h, c } = expected({ ...one, [name]: v });
        return inner(h, dh) + (s.kind === 'lstm' ? inner(c, dc) : 0);
      };
      all[name].push(...differences(loss, one[name]));
    }
  }
  return all;
}

const TOLERANCE = { abs: 4 * EPS, rel: 4 * EPS };
// Products of up to four factors, each right to 4 eps; upstream gradients reach 8 here.
const GRADIENT = { abs: 64 * EPS, rel: 8 * EPS };

everyVariant('recurrent steps', (fresh) => {
  describe.each(KINDS)('%s', (kind) => {
    test('boundary grid', () => {
      for (const B of BS)
        for (const H of HS) {
          const s = problem(kind, B, H);
          const { h, c } = forward(fresh(), s);
          const truth = expected(s);
          expectClose(h, truth.h, TOLERANCE, `h of (${B}, ${H})`);
          if (kind === 'lstm') expectClose(c, truth.c, TOLERANCE, `c of (${B}, ${H})`);
        }
    });

    test('the tolerance rejects zeros, a dropped tail, and gates in another order', () => {
      const s = problem(kind, 2, 13);
      const truth = expected(s).h;
      expectCanFail(truth, TOLERANCE);
      const n = 13 * GATES[kind];
      const turned = { ...s, x: Float32Array.from(s.x, (_, i) => s.x[i - (i % n) + ((i + 13 + 1) % n)]) };
      expect(worst(expected(turned).h, truth, TOLERANCE).excess).toBeGreaterThan(1);
    });

    test('without gates to save, in a range of sequences, alone in the batch: the same bits', () => {
      for (const H of [1, 6, 16, 19]) {
        const s = problem(kind, 5, H);
        const all = forward(fresh(), s);
        expect(forward(fresh(), s, [0, 5], false).h).toEqual(all.h);
        const part = forward(fresh(), s, [1, 4]);
        for (const b of [1, 2, 3]) expect(row(part.h, b, H)).toEqual(row(all.h, b, H));
        for (const b of [0, 4]) expect(row(part.h, b, H).every(Number.isNaN)).toBe(true);
        expect(forward(fresh(), alone(s, 2)).h).toEqual(row(all.h, 2, H));
      }
    });

    test('a sequence that has ended keeps its state', () => {
      for (const H of [1, 4, 7, 18]) {
        const s = problem(kind, 4, H, [4, 3, 9, 1]);
        const { h, c } = forward(fresh(), s);
        const running = forward(fresh(), { ...s, lengths: null });
        for (const b of [0, 2]) expect(row(h, b, H)).toEqual(row(running.h, b, H));
        for (const b of [1, 3]) {
          expect(row(h, b, H)).toEqual(row(s.prevH, b, H));
          if (kind === 'lstm') expect(row(c, b, H)).toEqual(row(s.prevC, b, H));
        }
      }
    });

    test('saturated gates, infinities and NaN', () => {
      for (const v of [-1e30, -200, 200, 1e30, Infinity, -Infinity]) {
        const s = problem(kind, 1, 5);
        s.x.fill(v);
        s.p.fill(0);
        expectClose(forward(fresh(), s).h, expected(s).h, TOLERANCE, `at ${v}`);
      }
      const s = problem(kind, 1, 5);
      s.x.fill(NaN);
      expect(forward(fresh(), s).h.every(Number.isNaN)).toBe(true);
    });

    test('backward, boundary grid', () => {
      for (const B of [0, 1, 3])
        for (const H of HS)
          for (const lengths of [null, [5, 2, 4].slice(0, B)]) {
            const s = problem(kind, B, H, lengths);
            const actual = backward(fresh(), s);
            for (const [name, truth] of Object.entries(expectedGradients(s)))
              expectClose(actual[name as keyof Gradients], truth, GRADIENT, `d${name} of (${B}, ${H})`);
          }
    });

    test('the tolerance of the gradients rejects zeros, a dropped tail, and other upstreams', () => {
      const s = problem(kind, 2, 13);
      const truth = expectedGradients(s);
      expectCanFail(truth.x, GRADIENT);
      const other = expectedGradients({ ...s, dh: new Float32Array(s.dh.length) });
      expect(worst(other.x, truth.x, GRADIENT).excess).toBeGreaterThan(1);
    });
  });

  test('an LSTM without a state to keep: zeros where a sequence has ended, and no carry', () => {
    const s = problem('lstm', 2, 6, [3, 4]);
    const b = fresh();
    const [h, c, x, p] = [b.f32(12), b.f32(12), b.f32(s.x), b.f32(s.p)];
    const [prevC, lengths, gates] = [b.f32(s.prevC), b.i32([3, 4]), b.f32(48)];
    b.kernels.lstm_step_f32(h, c, gates, x, p, 0, prevC, lengths, 3, 6, 0, 2);
    const truth = forward(fresh(), s);
    expect(b.readF32(h, 6)).toEqual(new Float32Array(6));
    expect(b.readF32(h + 24, 6)).toEqual(row(truth.h, 1, 6));
    const [da, dc, dy, dyc] = [b.f32(48), b.f32(s.dc), b.f32(s.dy), b.f32(s.dyc)];
    b.kernels.lstm_step_f32_backward(da, dc, 0, dy, 0, dyc, gates, c, prevC, lengths, 3, 6, 0, 2);
    b.checkGuards();
    const full = backward(fresh(), { ...s, dh: new Float32Array(12) });
    expect(b.readF32(da, 48)).toEqual(full.x);
    expect(b.readF32(dc, 12)).toEqual(full.prevC);
  });

  test('the identity, without an input of its own', () => {
    for (const H of [1, 5, 8]) {
      const r = new Random(H);
      const b = fresh();
      const [h, p, prev] = [b.f32(2 * H), r.normal(2 * H), r.normal(2 * H)];
      b.kernels.rnn_step_f32(h, 0, b.f32(p), b.f32(prev), b.i32([1, 0]), 0, H, 2, 0, 2);
      expect(b.readF32(h, 2 * H)).toEqual(Float32Array.of(...row(p, 0, H), ...row(prev, 1, H)));
      const [da, carry, dy, dh] = [b.f32(2 * H), b.f32(2 * H), r.normal(2 * H), r.normal(2 * H)];
      b.kernels.rnn_step_f32_backward(da, carry, b.f32(dy), b.f32(dh), h, b.i32([1, 0]), 0, H, 2, 0, 2);
      b.checkGuards();
      const sum = dy.map((v, i) => v + dh[i]);
      const zeros = new Float32Array(H);
      expect(b.readF32(da, 2 * H)).toEqual(Float32Array.of(...row(sum, 0, H), ...zeros));
      expect(b.readF32(carry, 2 * H)).toEqual(Float32Array.of(...zeros, ...row(sum, 1, H)));
    }
  });
});
