// Pooling over windows: PyTorch's options, gradients, and the kernels' ranges.
import { expect, test } from '@jest/globals';
import { ShapeError } from '../../src/errors.js';
import { backward } from '../../src/ops/backward.js';
import { mul } from '../../src/ops/binary.js';
import { sum } from '../../src/ops/reduce.js';
import {
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type MaxPoolOptions,
  maxPool,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from '../../src/ops/window.js';
import { expectCanFail, expectClose } from '../close.js';
import { everyEngine } from '../engine.js';
import { differences, inner } from '../grad/differences.js';
import { everyVariant } from '../kernels/harness.js';
import { Random } from '../random.js';
import { type WindowProblem, windowMax, windowMean } from '../reference/window.js';
import { cleanTest, list } from './helpers.js';

const EPS = 2 ** -23;
const MAX = [maxPool1d, maxPool2d, maxPool3d];
const AVG = [avgPool1d, avgPool2d, avgPool3d];

interface Example extends Omit<WindowProblem, 'planes'> {
  options: MaxPoolOptions & AvgPoolOptions;
  /** how many places each window counts, with and without padding */
  share: number[];
  bare: number[];
}

const line = (
  size: number,
  kernel: number,
  o: Partial<Record<'stride' | 'dilation' | 'padding' | 'out', number>>,
) => ({
  ...{ size: [size], kernel: [kernel], stride: [o.stride ?? kernel], dilation: [o.dilation ?? 1] },
  ...{ padding: [o.padding ?? 0], out: [o.out ?? 1] },
});

const EXAMPLES: Example[] = [
  { ...line(1, 1, {}), options: {}, share: [1], bare: [1] },
  { ...line(7, 2, { out: 3 }), options: {}, share: [2, 2, 2], bare: [2, 2, 2] },
  { ...line(7, 2, { out: 4 }), options: { ceilMode: true }, share: [2, 2, 2, 1], bare: [2, 2, 2, 1] },
  {
    ...line(6, 3, { stride: 2, padding: 1, out: 3 }),
    ...{ options: { stride: 2, padding: 1 }, share: [3, 3, 3], bare: [2, 3, 3] },
  },
  {
    ...line(6, 3, { stride: 2, padding: 1, out: 4 }),
    ...{ options: { stride: 2, padding: 1, ceilMode: true }, share: [3, 3, 3, 2], bare: [2, 3, 3, 1] },
  },
  {
    ...{ size: [4, 5], kernel: [2, 3], stride: [1, 2], dilation: [1, 1], padding: [0, 1], out: [3, 3] },
    ...{
      options: { stride: [1, 2], padding: [0, 1] },
      share: new Array<number>(9).fill(6),
      bare: [4, 6, 4, 4, 6, 4, 4, 6, 4],
    },
  },
  {
    ...{
      size: [3, 4, 2],
      kernel: [2, 2, 2],
      stride: [1, 2, 1],
      dilation: [1, 1, 1],
      padding: [0, 0, 0],
      out: [2, 2, 1],
    },
    ...{ options: { stride: [1, 2, 1] }, share: [8, 8, 8, 8], bare: [8, 8, 8, 8] },
  },
];

everyEngine('pooling over windows', (engine) => {
  const clean = cleanTest(engine);
  const input = (e: Example) => {
    const shape = [2, 3, ...e.size];
    const values = new Random(e.size.length + e.out[0]).normal(shape.reduce((a, b) => a * b));
    return { x: engine().tensor(values, shape, { requiresGrad: true }), values };
  };

  for (const e of EXAMPLES) {
    const q: WindowProblem = { planes: 6, ...e };
    const { countIncludePad: _, ...options } = e.options;
    clean(`maximum, ${JSON.stringify(e.size)} ${JSON.stringify(e.options)}`, () => {
      const { x, values } = input(e);
      const y = MAX[e.size.length - 1](x, e.kernel, options);
      expect(y.shape).toEqual([2, 3, ...e.out]);
      expect(list(y)).toEqual(windowMax(q, values).y);
      const dy = engine().tensor(new Random(3).normal(y.numel), y.shape);
      backward(sum(mul(y, dy)));
      const truth = differences((v) => inner(windowMax(q, v).y, list(dy)), values);
      expectClose(list(x.grad!), truth, { abs: 32 * EPS });
    });

    for (const countIncludePad of [true, false])
      clean(`mean, ${JSON.stringify(e.size)} ${JSON.stringify({ ...e.options, countIncludePad })}`, () => {
        const { x, values } = input(e);
        const share = countIncludePad ? e.share : e.bare;
        const y = AVG[e.size.length - 1](x, e.kernel, { ...options, countIncludePad });
        expect(y.shape).toEqual([2, 3, ...e.out]);
        expectClose(list(y), windowMean(q, values, share), { abs: 8 * EPS });
        const dy = engine().tensor(new Random(3).normal(y.numel), y.shape);
        backward(sum(mul(y, dy)));
        const truth = differences((v) => inner(windowMean(q, v, share), list(dy)), values);
        expectClose(list(x.grad!), truth, { abs: 32 * EPS });
        expectCanFail(truth, { abs: 32 * EPS });
      });
  }

  clean('dilation, where the maxima are, a divisor of one’s own, no batch', () => {
    const x = engine().tensor([[5, 1, 4, 9, 2, 6, 7, 3]]);
    const { output, indices } = maxPool('maxPool1d', 1, x, 2, { dilation: 3, stride: 2 });
    expect([list(output), list(indices)]).toEqual([
      [9, 6, 3],
      [3, 5, 7],
    ]);
    expect(output.shape).toEqual([1, 3]);
    expect(list(avgPool1d(x, 4, { divisorOverride: 2 }))).toEqual([9.5, 9]);
  });

  clean('NaN wins, the first of equals gets the gradient, padding never does', () => {
    const x = engine().tensor([[1, NaN, 3, 2, 2, -5, -7, -6]], [1, 8], { requiresGrad: true });
    const y = maxPool1d(x, 2, { padding: 1 });
    expect(list(y)).toEqual([1, NaN, 2, -5, -6]);
    backward(sum(y));
    expect(list(x.grad!)).toEqual([1, 1, 0, 1, 0, 1, 0, 1]);
  });

  clean('an argument that does not fit is named', () => {
    const x = engine().zeros([2, 3, 4]);
    expect(() => maxPool1d(x, 5)).toThrow(
      /maxPool1d: a kernel of \[5\] with dilation \[1\] does not fit into \[4\]/,
    );
    expect(() => avgPool3d(x, 2)).toThrow(ShapeError);
    expect(() => avgPool1d(x, 2, { divisorOverride: 0 })).toThrow(/divisorOverride/);
    expect(() => maxPool1d(x, 0)).toThrow(/kernelSize must be an integer of at least 1/);
  });
});

everyVariant('pooling kernels write their planes and no others', (fresh) => {
  test('ranges', () => {
    const b = fresh();
    const k = b.kernels;
    const x = new Random(4).normal(4 * 5);
    const ones = [1, 1, 1];
    const how = b.i32([4, 1, 1, 1, 1, 1, 5, 1, 1, 4, 1, 1, 2, ...ones, 0, 0, 0, ...ones, ...ones]);
    const [y, at, mean, px, share] = [
      b.f32(16),
      b.i32(new Int32Array(16).fill(-7)),
      b.f32(16),
      b.f32(x),
      b.f32([2, 2, 2, 2]),
    ];
    k.window_max_f32(y, at, px, how, 1, 3);
    k.window_mean_f32(mean, px, share, how, 1, 3);
    const [dx, dm, dy] = [b.f32(20), b.f32(20), b.f32(new Random(5).normal(16))];
    k.window_max_f32_backward(dx, dy, at, how, 1, 3);
    k.window_mean_f32_backward(dm, dy, share, how, 1, 3);
    b.checkGuards();
    const written = (p: number, n: number): boolean[] =>
      Array.from(b.readF32(p, 4 * n), (v) => !Number.isNaN(v));
    const plan = (n: number): boolean[] => Array.from({ length: 4 * n }, (_, i) => i >= n && i < 3 * n);
    expect([written(y, 4), written(mean, 4), written(dx, 5), written(dm, 5)]).toEqual([
      plan(4),
      plan(4),
      plan(5),
      plan(5),
    ]);
    expect(Array.from(b.readI32(at, 16), (v) => v !== -7)).toEqual(plan(4));
  });
});
