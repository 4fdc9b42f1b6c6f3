import { expect, test } from '@jest/globals';
import { ArgumentError, DTypeError, ShapeError } from '../../src/errors.js';
import { Conv1d, Conv2d } from '../../src/nn/conv.js';
import { backward } from '../../src/ops/backward.js';
import { mul } from '../../src/ops/binary.js';
import { type ConvOptions, conv1d, conv2d, conv3d } from '../../src/ops/conv.js';
import { sum } from '../../src/ops/reduce.js';
import { narrow, reshape, select, transpose } from '../../src/ops/view.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { expectClose } from '../close.js';
import { everyEngine } from '../engine.js';
import { differences, inner } from '../grad/differences.js';
import { Random } from '../random.js';
import { type ConvProblem, conv } from '../reference/conv.js';
import { cleanTest, list, normals } from './helpers.js';

const EPS = 2 ** -23;
const FUNCTIONS = [conv1d, conv2d, conv3d];

interface Example {
  input: number[];
  weight: number[];
  options: ConvOptions;
  /** what the options mean: zeros before, and the size of the output */
  before: number[];
  out: number[];
}

const EXAMPLES: Example[] = [
  { input: [2, 3, 7], weight: [4, 3, 4], options: { padding: 'same' }, before: [1], out: [7] },
  { input: [2, 3, 7], weight: [4, 3, 4], options: { padding: 'valid', stride: 2 }, before: [0], out: [2] },
  {
    input: [1, 4, 9],
    weight: [6, 2, 3],
    options: { padding: [[4, 0]], dilation: 2, groups: 2 },
    before: [4],
    out: [9],
  },
  {
    input: [2, 2, 5, 6],
    weight: [3, 2, 2, 3],
    options: { padding: [1, 2], stride: [2, 1] },
    before: [1, 2],
    out: [3, 8],
  },
  {
    input: [1, 3, 6, 5],
    weight: [3, 1, 3, 3],
    options: { padding: 'same', groups: 3 },
    before: [1, 1],
    out: [6, 5],
  },
  {
    input: [1, 2, 4, 3, 5],
    weight: [2, 2, 2, 2, 2],
    options: { stride: [1, 1, 2] },
    before: [0, 0, 0],
    out: [3, 2, 2],
  },
];

const three = (v: readonly number[], missing: number): [number, number, number] =>
  [missing, missing, ...v].slice(-3) as [number, number, number];

function problemOf({ input, weight, options, before, out }: Example): ConvProblem {
  const { stride = 1, dilation = 1, groups: G = 1 } = options;
  const dims = out.length;
  const spread = (v: number | readonly number[]): number[] =>
    typeof v === 'number' ? new Array<number>(dims).fill(v) : [...v];
  return {
    ...{ N: input[0], G, C: weight[1], M: weight[0] / G },
    ...{ size: three(input.slice(2), 1), kernel: three(weight.slice(2), 1), out: three(out, 1) },
    ...{ stride: three(spread(stride), 1), dilation: three(spread(dilation), 1), padding: three(before, 0) },
  };
}

everyEngine('convolutions', (engine) => {
  const clean = cleanTest(engine);
  const normal = normals(engine, new Random(2));

  for (const e of EXAMPLES)
    clean(`gradients agree with differences: ${JSON.stringify(e.options)}`, () => {
      const q = problemOf(e);
      const f = FUNCTIONS[e.out.length - 1];
      const [x, w, b] = [normal(...e.input), normal(...e.weight), normal(e.weight[0])];
      for (const t of [x, w, b]) t.requiresGrad = true;
      const y = f(x, w, b, e.options);
      expect(y.shape).toEqual([e.input[0], e.weight[0], ...e.out]);
      const dy = normal(...y.shape);
      backward(sum(mul(y, dy)));
      const [vx, vw, vb, vd] = [x, w, b, dy].map(list);
      expectClose(list(y), conv(q, vx, vw, vb), { abs: 64 * EPS }, 'y');
      const loss = (a: ArrayLike<number>, c: ArrayLike<number>, d: ArrayLike<number>): number =>
        inner(conv(q, a, c, d), vd);
      expectClose(
        list(x.grad!),
        differences((v) => loss(v, vw, vb), vx),
        { abs: 128 * EPS },
        'dx',
      );
      expectClose(
        list(w.grad!),
        differences((v) => loss(vx, v, vb), vw),
        { abs: 256 * EPS },
        'dw',
      );
      expectClose(
        list(b.grad!),
        differences((v) => loss(vx, vw, v), vb),
        { abs: 256 * EPS },
        'db',
      );
    });

  clean('strided operands, an input without a batch, no bias', () => {
    const [x, w] = [normal(3, 9, 2), normal(5, 4, 2)];
    const turned = transpose(x, 1, 2);
    const wt = transpose(w, 1, 2);
    const y = conv1d(turned, wt);
    const dense = (t: Tensor): Tensor => engine().tensor(t.toArray(), t.shape);
    expect(list(conv1d(dense(turned), dense(wt)))).toEqual(list(y));
    expect(list(conv1d(turned, wt, engine().zeros([5])))).toEqual(list(y));
    const single = conv1d(select(turned, 0, 1), wt);
    expect(single.shape).toEqual([5, 6]);
    expect(list(single)).toEqual(list(select(y, 0, 1)));
  });

  clean('a causal convolution does not see the future', () => {
    const [x, w] = [normal(1, 3, 12), normal(4, 3, 3)];
    const options: ConvOptions = { padding: [[4, 0]], dilation: 2 };
    const y = conv1d(x, w, null, options);
    for (const t of [1, 5, 12])
      expect(list(narrow(y, 2, 0, t))).toEqual(list(conv1d(narrow(x, 2, 0, t), w, null, options)));
  });

  clean('one dimension is two of which one is 1', () => {
    const [x, w] = [normal(2, 3, 11), normal(4, 3, 3)];
    const flat = conv1d(x, w, null, { padding: 1, stride: 2 });
    const options: ConvOptions = { padding: [0, 1], stride: [1, 2] };
    const line = conv2d(reshape(x, [2, 3, 1, 11]), reshape(w, [4, 3, 1, 3]), null, options);
    expect(list(line)).toEqual(list(flat));
  });

  test('layers: shapes, initial values, seeds', () => {
    const layer = new Conv1d(engine(), 6, 8, 5, { groups: 2, generator: new Generator(1) });
    expect([...layer.namedParameters()].map(([key, p]) => [key, p.shape])).toEqual([
      ['weight', [8, 3, 5]],
      ['bias', [8]],
    ]);
    const bound = 1 / Math.sqrt(15);
    const values = list(layer.weight.tensor);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.9 * bound);
    const again = new Conv1d(engine(), 6, 8, 5, { groups: 2, generator: new Generator(1) });
    expect(list(again.weight.tensor)).toEqual(values);
    const plane = new Conv2d(engine(), 2, 3, [3, 1], { bias: false, padding: 'same' });
    expect([...plane.namedParameters()].map(([key, p]) => [key, p.shape])).toEqual([
      ['weight', [3, 2, 3, 1]],
    ]);
    engine().scope(() => {
      expect(layer.forward(normal(2, 6, 9)).shape).toEqual([2, 8, 5]);
      expect(plane.forward(normal(2, 5, 4)).shape).toEqual([3, 5, 4]);
    });
    for (const m of [layer, again, plane]) m.dispose();
  });

  clean('an argument that does not fit is named', () => {
    const [x, w] = [normal(2, 3, 4), normal(5, 3, 2)];
    const ids = engine().tensor(new Int32Array(24), [2, 3, 4]);
    expect(() => conv1d(ids, w)).toThrow(DTypeError);
    expect(() => conv1d(x, normal(5, 2, 2))).toThrow(ShapeError);
    expect(() => conv1d(x, normal(5, 2, 2))).toThrow(
      /\[2, 3, 4\] does not fit weight of shape \[5, 2, 2\] in 1 groups/,
    );
    expect(() => conv1d(x, normal(5, 3, 5))).toThrow(
      /kernel of \[5\] with dilation \[1\] does not fit into \[4\]/,
    );
    expect(() => conv1d(x, w, normal(4))).toThrow(/bias must have shape \[5\]/);
    expect(() => conv1d(x, w, null, { stride: 0 })).toThrow(/stride must be an integer of at least 1/);
    expect(() => conv1d(x, w, null, { padding: 'same', stride: 2 })).toThrow(ArgumentError);
    expect(() => conv1d(x, w, null, { padding: 'full' as 'same' })).toThrow(/'same' or 'valid', got 'full'/);
    expect(() => conv2d(x, w)).toThrow(ShapeError);
    expect(() => new Conv1d(engine(), 3, 4, 3, { groups: 2 })).toThrow(/groups must divide both/);
    expect(() => new Conv1d(engine(), 3, 4, 0)).toThrow(/kernelSize must be a positive integer/);
    const reflect = { paddingMode: 'reflect' as 'zeros' };
    expect(() => new Conv1d(engine(), 3, 4, 3, reflect)).toThrow(/paddingMode must be zeros, got "reflect"/);
  });

  test('the differences can tell', () => {
    const q = problemOf(EXAMPLES[0]);
    const r = new Random(9);
    const [x, w, dy] = [r.normal(42), r.normal(48), r.normal(56)];
    const truth = differences((v) => inner(conv(q, v, w, null), dy), x);
    const shifted = differences((v) => inner(conv({ ...q, padding: [0, 0, 2] }, v, w, null), dy), x);
    expect(() => expectClose(shifted, truth, { abs: 128 * EPS })).toThrow(/times the tolerance/);
    expect(() => expectClose(new Float32Array(42), truth, { abs: 128 * EPS })).toThrow(/times the tolerance/);
  });
});
