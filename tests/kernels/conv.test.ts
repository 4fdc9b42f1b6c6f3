// The convolution kernels on bare memory: boundary grids against doubles, ranges, bits.
import { describe, expect, test } from '@jest/globals';
import { expectCanFail, expectClose, sumTolerance, worst } from '../close.js';
import { Random } from '../random.js';
import { type ConvProblem, conv, convBackward } from '../reference/conv.js';
import { type Bench, everyVariant } from './harness.js';

type Shape = Partial<Record<'N' | 'G' | 'C' | 'M' | 'K' | 'S' | 'stride' | 'dilation' | 'padding', number>>;

/** One dimension: S positions of input, K taps. */
function line({ N = 1, G = 1, C = 1, M = 1, K = 3, S = 9, ...o }: Shape): ConvProblem {
  const { stride = 1, dilation = 1, padding = 0 } = o;
  const out = Math.floor((S + 2 * padding - dilation * (K - 1) - 1) / stride) + 1;
  return {
    ...{ N, G, C, M, size: [1, 1, S], kernel: [1, 1, K], stride: [1, 1, stride] },
    ...{ dilation: [1, 1, dilation], padding: [0, 0, padding], out: [1, 1, out] },
  };
}

const volume = (v: readonly number[]): number => v.reduce((a, b) => a * b, 1);
const panels = (n: number): number => Math.ceil(n / 16);

interface Operands {
  x: Float32Array;
  w: Float32Array;
  bias: Float32Array;
  dy: Float32Array;
}

function operands(q: ConvProblem): Operands {
  const r = new Random(volume(q.out) + 7 * q.C + 31 * q.M + 101 * q.N);
  return {
    x: r.uniform(q.N * q.G * q.C * volume(q.size)),
    w: r.uniform(q.G * q.M * q.C * volume(q.kernel)),
    bias: r.uniform(q.G * q.M),
    dy: r.uniform(q.N * q.G * q.M * volume(q.out)),
  };
}

/** The record of assembly/conv/geometry.ts. */
function geometry(q: ConvProblem, backward = false): number[] {
  const minus = (v: readonly number[]): number[] => v.map((n) => -n);
  const ones = [1, 1, 1];
  return backward
    ? [
        q.N,
        q.G,
        q.M,
        q.C,
        ...q.out,
        ...q.size,
        ...q.kernel,
        ...ones,
        ...q.padding,
        ...minus(q.dilation),
        ...q.stride,
      ]
    : [
        q.N,
        q.G,
        q.C,
        q.M,
        ...q.size,
        ...q.out,
        ...q.kernel,
        ...q.stride,
        ...minus(q.padding),
        ...q.dilation,
        ...ones,
      ];
}

function scratch(b: Bench, C: number, q: ConvProblem, positions: readonly number[]): number {
  return b.f32(b.kernels.conv_f32_scratch(C, volume(q.kernel), volume(positions)));
}

/** Runs the forward kernel over ranges of panels. */
function forward(b: Bench, q: ConvProblem, o: Operands, bias = true, cuts: number[] = []): Float32Array {
  const n = q.N * q.G * q.M * volume(q.out);
  const y = b.f32(n);
  const [x, w, s] = [b.f32(o.x, 4), b.f32(o.w, 8), scratch(b, q.C, q, q.out)];
  const ends = [0, ...cuts, q.N * q.G * panels(volume(q.out))];
  const how = b.i32(geometry(q));
  const pb = bias ? b.f32(o.bias) : 0;
  for (let i = 1; i < ends.length; i++) b.kernels.conv_f32(y, x, w, pb, how, s, ends[i - 1], ends[i]);
  b.checkGuards();
  return b.readF32(y, n);
}

/** dx by the same kernel, with filters turned over. */
function backwardInput(b: Bench, q: ConvProblem, o: Operands): Float32Array {
  const T = volume(q.kernel);
  const turned = o.w.map((_, i) => {
    const [g, c, m, t] = [
      Math.floor(i / (T * q.M * q.C)),
      Math.floor(i / (T * q.M)) % q.C,
      Math.floor(i / T) % q.M,
      i % T,
    ];
    return o.w[((g * q.M + m) * q.C + c) * T + t];
  });
  const n = o.x.length;
  const dx = b.f32(n);
  const s = scratch(b, q.M, q, q.size);
  const end = q.N * q.G * panels(volume(q.size));
  b.kernels.conv_f32(dx, b.f32(o.dy), b.f32(turned), 0, b.i32(geometry(q, true)), s, 0, end);
  b.checkGuards();
  return b.readF32(dx, n);
}

function backwardWeight(b: Bench, q: ConvProblem, o: Operands, cuts: number[] = []): Float32Array {
  const dw = b.f32(o.w.length);
  const [dy, x, s] = [b.f32(o.dy, 4), b.f32(o.x, 8), scratch(b, q.C, q, q.out)];
  const ends = [0, ...cuts, q.G * panels(q.C * volume(q.kernel))];
  const how = b.i32(geometry(q));
  for (let i = 1; i < ends.length; i++)
    b.kernels.conv_f32_backward_weight(dw, dy, x, how, s, ends[i - 1], ends[i]);
  b.checkGuards();
  return b.readF32(dw, o.w.length);
}

/** Around the tile of 2 channels by 16 positions, and odd ones out of line with it. */
const LINES: Shape[] = [1, 2, 15, 16, 17, 31, 32, 33, 49].flatMap((S) =>
  [1, 2, 3, 5].flatMap((M) => [
    { S, M, K: 1, C: 3 },
    { S: S + 2, M, K: 3, C: 2, N: 2 },
    { S, M, K: 3, C: 5, padding: 1, G: 2 },
    { S, M, K: 4, C: 1, padding: 3, stride: 2 },
    { S, M, K: 3, C: 2, padding: 4, dilation: 3, N: 2 },
    { S, M, K: 2, C: 3, padding: 2, stride: 3, dilation: 2, G: 3 },
  ]),
);

const BOXES: ConvProblem[] = [
  {
    ...{ N: 2, G: 1, C: 3, M: 4, size: [1, 6, 5], kernel: [1, 3, 2], stride: [1, 1, 1] },
    ...{ dilation: [1, 1, 1], padding: [0, 0, 0], out: [1, 4, 4] },
  },
  {
    ...{ N: 1, G: 4, C: 1, M: 2, size: [1, 17, 19], kernel: [1, 3, 5], stride: [1, 2, 1] },
    ...{ dilation: [1, 1, 2], padding: [0, 1, 4], out: [1, 9, 19] },
  },
  {
    ...{ N: 2, G: 2, C: 2, M: 3, size: [4, 5, 6], kernel: [3, 2, 3], stride: [2, 1, 3] },
    ...{ dilation: [1, 2, 1], padding: [1, 1, 2], out: [2, 5, 3] },
  },
];

/** 1 is the largest magnitude of the operands. */
const outTolerance = (q: ConvProblem) => sumTolerance(q.C * volume(q.kernel) + 1, 1, 1);
const inTolerance = (q: ConvProblem) => sumTolerance(q.M * volume(q.kernel), 1, 1);
const weightTolerance = (q: ConvProblem) => sumTolerance(q.N * volume(q.out), 1, 1);

everyVariant('convolution kernels', (fresh) => {
  const problems = [...LINES.map(line).filter((q) => q.out[2] > 0), ...BOXES];

  test('forward, boundary grid', () => {
    for (const q of problems) {
      const o = operands(q);
      expectClose(forward(fresh(), q, o), conv(q, o.x, o.w, o.bias), outTolerance(q), JSON.stringify(q));
    }
  });

  test('gradient of the input, boundary grid', () => {
    for (const q of problems) {
      const o = operands(q);
      const { dx } = convBackward(q, o.dy, o.x, o.w);
      expectClose(backwardInput(fresh(), q, o), dx, inTolerance(q), JSON.stringify(q));
    }
  });

  test('gradient of the filters, boundary grid', () => {
    const long = [63, 64, 65, 127, 128, 129, 300].map((S) => line({ S: S + 2, C: 7, M: 3, N: 2 }));
    for (const q of [...problems, ...long]) {
      const o = operands(q);
      const { dw } = convBackward(q, o.dy, o.x, o.w);
      expectClose(backwardWeight(fresh(), q, o), dw, weightTolerance(q), JSON.stringify(q));
    }
  });

  test('more panels than are gathered at a time', () => {
    const q = line({ S: 1100, K: 5, C: 40, M: 3, padding: 2 });
    const o = operands(q);
    expectClose(forward(fresh(), q, o), conv(q, o.x, o.w, o.bias), outTolerance(q));
    const wide = line({ S: 70, K: 11, C: 101, M: 2 });
    const p = operands(wide);
    const { dw } = convBackward(wide, p.dy, p.x, p.w);
    expectClose(backwardWeight(fresh(), wide, p), dw, weightTolerance(wide));
  });

  test('the tolerances reject zeros, a dropped tail, turned filters, and a shift by one', () => {
    const q = line({ S: 37, C: 3, M: 3, K: 3, padding: 1 });
    const o = operands(q);
    const truth = conv(q, o.x, o.w, o.bias);
    expectCanFail(truth, outTolerance(q));
    const turned = o.w.map((_, i) => o.w[(Math.floor(i / 3) % 3) * 9 + Math.floor(i / 9) * 3 + (i % 3)]);
    const shifted = { ...q, padding: [0, 0, 0] as const };
    const wrong = [conv(q, o.x, turned, o.bias), conv(shifted, o.x, o.w, o.bias), conv(q, o.x, o.w, null)];
    for (const y of wrong) expect(worst(y, truth, outTolerance(q)).excess).toBeGreaterThan(1);
    const { dx, dw } = convBackward(q, o.dy, o.x, o.w);
    expectCanFail(dx, inTolerance(q));
    expectCanFail(dw, weightTolerance(q));
    const other = convBackward(shifted, o.dy, o.x, o.w);
    expect(worst(other.dx, dx, inTolerance(q)).excess).toBeGreaterThan(1);
    expect(worst(other.dw, dw, weightTolerance(q)).excess).toBeGreaterThan(1);
  });

  describe('the same bits', () => {
    test('in ranges of panels', () => {
      const q = line({ S: 50, C: 3, M: 3, N: 2, G: 2, padding: 1 });
      const o = operands(q);
      const all = forward(fresh(), q, o);
      for (const cuts of [[1], [3, 4, 9], [5, 5, 11]])
        expect(forward(fresh(), q, o, true, cuts)).toEqual(all);
      const wide = line({ S: 20, C: 13, M: 2, K: 3, G: 2 });
      const p = operands(wide);
      const dw = backwardWeight(fresh(), wide, p);
      for (const cuts of [[1], [2, 4], [3, 3, 5]]) expect(backwardWeight(fresh(), wide, p, cuts)).toEqual(dw);
    });

    test('wherever a neighbourhood lies, and whatever batch it is in', () => {
      const q = line({ S: 64, C: 3, M: 2, K: 3, N: 3 });
      const o = operands(q);
      // The first twenty values again, 21 places further and in another image.
      for (let c = 0; c < 3; c++) o.x.copyWithin((3 * 2 + c) * 64 + 21, c * 64, c * 64 + 20);
      const y = forward(fresh(), q, o);
      for (let m = 0; m < 2; m++) {
        const from = m * 62;
        const to = (2 * 2 + m) * 62 + 21;
        expect(y.subarray(to, to + 18)).toEqual(y.subarray(from, from + 18));
      }
      const one = forward(fresh(), { ...q, N: 1 }, { ...o, x: o.x.subarray(0, 3 * 64) });
      expect(one).toEqual(y.subarray(0, one.length));
    });
  });

  test('nothing in, nothing out', () => {
    const none = { ...line({ S: 20, C: 2, M: 3 }), N: 0 };
    const o = operands(none);
    expect(forward(fresh(), none, o)).toHaveLength(0);
    expect(backwardWeight(fresh(), none, o)).toEqual(new Float32Array(o.w.length));
  });

  test('NaN and infinity stay where their filters reach', () => {
    const q = line({ S: 40, C: 1, M: 1, K: 3 });
    const o = operands(q);
    o.x[20] = NaN;
    const y = forward(fresh(), q, o);
    expect([...y.keys()].filter((i) => Number.isNaN(y[i]))).toEqual([18, 19, 20]);
  });
});
