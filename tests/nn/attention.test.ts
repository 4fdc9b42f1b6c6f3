// nn.MultiheadAttention beyond the PyTorch vectors: arguments, equivalences, invariances, ownership.
import { describe, expect, test } from '@jest/globals';
import { MultiheadAttention, type MultiheadAttentionCall } from '../../src/nn/attention.js';
import { causalMask } from '../../src/nn/attention-mask.js';
import { linearRows } from '../../src/nn/in-projection.js';
import { backward } from '../../src/ops/backward.js';
import { linear } from '../../src/ops/linear.js';
import { PackedMatrix } from '../../src/ops/packed.js';
import { sum } from '../../src/ops/reduce.js';
import { narrow, transpose } from '../../src/ops/view.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { expectClose } from '../close.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { cleanTest, largest, normals } from './helpers.js';

const E = 12;
const H = 3;

everyEngine('MultiheadAttention', (engine) => {
  const random = new Random(2);
  const tensor = normals(engine, random);
  const bools = (rows: readonly (readonly number[])[]): Tensor =>
    engine().tensor(rows.map((row) => row.map((x) => x === 1)));
  const make = (options: ConstructorParameters<typeof MultiheadAttention>[3] = {}): MultiheadAttention =>
    new MultiheadAttention(engine(), E, H, { batchFirst: true, generator: new Generator(1), ...options });

  const clean = cleanTest(engine);

  clean('starts as in PyTorch: Glorot matrices, biases of 0', () => {
    const a = make({ addBiasKv: true });
    const bound = Math.sqrt(6 / (4 * E));
    expect(largest(a.in_proj_weight!.tensor)).toBeLessThanOrEqual(bound);
    expect(largest(a.in_proj_weight!.tensor)).toBeGreaterThan(0.95 * bound);
    expect(largest(a.out_proj.weight.tensor)).toBeLessThanOrEqual(1 / Math.sqrt(E));
    expect(largest(a.in_proj_bias!.tensor)).toBe(0);
    expect(largest(a.out_proj.bias!.tensor)).toBe(0);
    expect(largest(a.bias_k!.tensor)).toBeGreaterThan(0);
    a.dispose();
  });

  clean('keys of the state dict', () => {
    const keys = (options: object): string[] => [...make(options).namedParameters()].map(([key]) => key);
    expect(keys({})).toEqual(['in_proj_weight', 'in_proj_bias', 'out_proj.weight', 'out_proj.bias']);
    expect(keys({ bias: false, kdim: 5, addBiasKv: true })).toEqual([
      'q_proj_weight',
      'k_proj_weight',
      'v_proj_weight',
      'bias_k',
      'bias_v',
      'out_proj.weight',
    ]);
  });

  clean('weights are given unless not wanted, and the output is then nearly the same', () => {
    const a = make();
    const x = tensor(2, 5, E);
    const { output, weights } = a.forward(x, x, x);
    expect(weights!.shape).toEqual([2, 5, 5]);
    expect(a.forward(x, x, x, { averageAttnWeights: false }).weights!.shape).toEqual([2, H, 5, 5]);
    const streamed = a.forward(x, x, x, { needWeights: false });
    expect(streamed.weights).toBeNull();
    expectClose(streamed.output.toArray(), output.toArray(), { abs: 1e-6 });
    a.dispose();
  });

  describe('shared inputs share a product, and the bits are those of three', () => {
    for (const packed of [false, true])
      for (const size of [12, 16, 33])
        clean(`${packed ? 'packed' : 'plain'}, E = ${size}`, () => {
          const a = new MultiheadAttention(engine(), size, 1, { batchFirst: true });
          for (const p of a.parameters()) p.set(tensor(...p.shape));
          if (packed) a.pack();
          const [x, y] = [tensor(2, 5, size), tensor(2, 7, size)];
          const copy = (t: Tensor): Tensor => engine().tensor(t.toArray(), t.shape);
          const out = (q: Tensor, k: Tensor, v: Tensor) =>
            a.forward(q, k, v, { needWeights: false }).output.toArray();
          expect(out(x, x, x)).toEqual(out(x, copy(x), copy(x)));
          expect(out(x, y, y)).toEqual(out(x, y, copy(y)));
          a.dispose();
        });
  });

  clean('rows of a packed matrix: any cut, the bits of the whole product', () => {
    const [x, w, b] = [tensor(3, 5), tensor(50, 5), tensor(50)];
    const whole = linear(x, w, b);
    const packed = PackedMatrix.from(w);
    for (const [start, length] of [
      [0, 50],
      [0, 16],
      [16, 16],
      [15, 2],
      [17, 20],
      [32, 18],
      [49, 1],
      [16, 0],
    ])
      for (const weight of [w, packed])
        expect(linearRows(x, weight, b, start, length).toArray()).toEqual(
          narrow(whole, 1, start, length).toArray(),
        );
    expect(() => packed.rows(1, 16)).toThrow(/whole panels of 16/);
    packed.dispose();
    expect(() => linearRows(x, packed, b, 0, 16)).toThrow(/disposed packed matrix/);
  });

  describe('isCausal is the causal mask', () => {
    for (const options of [{}, { addZeroAttn: true }, { addBiasKv: true, batchFirst: false }])
      clean(JSON.stringify(options), () => {
        const a = make(options);
        const x = options.batchFirst === false ? tensor(5, 2, E) : tensor(2, 5, E);
        const keyPaddingMask = bools([
          [0, 0, 0, 0, 1],
          [0, 0, 0, 0, 0],
        ]);
        const attnMask = causalMask(engine().arena, 5);
        for (const needWeights of [true, false]) {
          const call: MultiheadAttentionCall = { keyPaddingMask, needWeights };
          const bound = a.forward(x, x, x, { ...call, isCausal: true });
          const masked = a.forward(x, x, x, { ...call, attnMask });
          expect(bound.output.toArray()).toEqual(masked.output.toArray());
          expect(bound.weights?.toArray()).toEqual(masked.weights?.toArray());
          expect(a.forward(x, x, x, { ...call, attnMask, isCausal: true }).output.toArray()).toEqual(
            masked.output.toArray(),
          );
        }
        a.dispose();
      });
  });

  clean('true ignores: bool, u8 and -inf are the same mask', () => {
    const a = make();
    const x = tensor(1, 3, E);
    const flags = [
      [0, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
    ];
    const masks = [
      bools(flags),
      engine().tensor(Uint8Array.from(flags.flat()), [3, 3]),
      engine().tensor(
        Float32Array.from(flags.flat(), (f) => (f ? Number.NEGATIVE_INFINITY : 0)),
        [3, 3],
      ),
    ];
    const [first, ...others] = masks.map((attnMask) => a.forward(x, x, x, { attnMask }));
    expect(Array.from(first.weights!.toArray(), (w) => (w === 0 ? 1 : 0))).toEqual(flags.flat());
    for (const o of others) expect(o.output.toArray()).toEqual(first.output.toArray());
    a.dispose();
  });

  clean('a query that sees nothing has weights 0 and the bias as output', () => {
    const a = make();
    a.out_proj.bias!.set(tensor(E));
    const x = tensor(2, 3, E);
    const keyPaddingMask = bools([
      [0, 0, 0],
      [1, 1, 1],
    ]);
    for (const needWeights of [true, false]) {
      const { output, weights } = a.forward(x, x, x, { keyPaddingMask, needWeights });
      for (let row = 3; row < 6; row++)
        expect(output.toArray().slice(row * E, (row + 1) * E)).toEqual(a.out_proj.bias!.tensor.toArray());
      if (weights) expect(Array.from(weights.toArray().slice(9))).toEqual(Array(9).fill(0));
    }
    a.dispose();
  });

  clean('without a batch, and with the batch second', () => {
    const a = make({ addZeroAttn: true });
    const b = make({ addZeroAttn: true, batchFirst: false });
    const [x, y] = [tensor(5, E), tensor(4, E)];
    const keyPaddingMask = bools([[0, 1, 0, 0]]);
    const lift = (t: Tensor, dim: number): Tensor =>
      engine().tensor(t.toArray(), dim ? [t.shape[0], 1, E] : [1, ...t.shape]);
    const alone = a.forward(x, y, y, { keyPaddingMask: engine().tensor([false, true, false, false]) });
    expect([alone.output.shape, alone.weights!.shape]).toEqual([
      [5, E],
      [5, 5],
    ]);
    const [xb, yb, xs, ys] = [lift(x, 0), lift(y, 0), lift(x, 1), lift(y, 1)];
    expect(a.forward(xb, yb, yb, { keyPaddingMask }).output.toArray()).toEqual(alone.output.toArray());
    const second = b.forward(xs, ys, ys, { keyPaddingMask });
    expect(second.output.shape).toEqual([5, 1, E]);
    expect(second.output.toArray()).toEqual(alone.output.toArray());
    a.dispose();
    b.dispose();
  });

  clean('a strided input is read as it stands', () => {
    const a = make();
    const x = tensor(5, 2, E);
    const turned = transpose(x, 0, 1);
    const dense = engine().tensor(turned.toArray(), [2, 5, E]);
    expect(a.forward(turned, turned, turned).output.toArray()).toEqual(
      a.forward(dense, dense, dense).output.toArray(),
    );
    a.dispose();
  });

  clean('dropout drops weights in training only, and by the seed', () => {
    const run = (seed: number, train: boolean): ArrayLike<number> => {
      const a = make({ dropout: 0.5 });
      for (const p of a.parameters()) p.tensor;
      const b = new MultiheadAttention(engine(), E, H, {
        dropout: 0.5,
        batchFirst: true,
        generator: new Generator(seed),
      });
      b.loadStateDict(a.stateDict());
      b.train(train);
      const x = engine().tensor(new Random(9).normal(2 * 5 * E), [2, 5, E]);
      const y = b.forward(x, x, x, { needWeights: false }).output.toArray();
      for (const m of [a, b]) m.dispose();
      return y;
    };
    expect(run(1, false)).toEqual(run(2, false));
    expect(run(1, true)).toEqual(run(1, true));
    expect(run(1, true)).not.toEqual(run(2, true));
    expect(run(1, true)).not.toEqual(run(1, false));
  });

  clean('gradients reach every parameter and input', () => {
    const a = make({ addBiasKv: true }).requiresGrad() as MultiheadAttention;
    const x = tensor(2, 4, E);
    x.requiresGrad = true;
    backward(sum(a.forward(x, x, x, { isCausal: true, needWeights: false }).output));
    for (const [key, p] of a.namedParameters()) expect([key, p.grad?.shape]).toEqual([key, p.shape]);
    expect(x.grad!.shape).toEqual([2, 4, E]);
    a.dispose();
  });

  describe('errors name the argument and both shapes', () => {
    const call = (q: number[], k: number[], v: number[], masks: () => MultiheadAttentionCall = () => ({})) =>
      engine().scope(() => {
        const a = make({ kdim: 5, vdim: 6 });
        try {
          a.forward(tensor(...q), tensor(...k), tensor(...v), masks());
        } finally {
          a.dispose();
        }
      });
    const good = [
      [2, 3, E],
      [2, 4, 5],
      [2, 4, 6],
    ] as const;
    test.each([
      [[2, 3, 11], good[1], good[2], {}, /query must be \(batch, length, embedDim = 12\), got \[2, 3, 11\]/],
      [
        good[0],
        [2, 4, 6],
        good[2],
        {},
        /key must be \(batch, length, kdim = 5\) like the query, got \[2, 4, 6\]/,
      ],
      [good[0], good[1], [4, 6], {}, /value must be .*got \[4, 6\]/],
      [good[0], [3, 4, 5], good[2], {}, /one batch size/],
      [good[0], good[1], [2, 3, 6], {}, /\[2, 4, 5\] and value \[2, 3, 6\] do not fit/],
      [[E], [5], [6], {}, /got \[12\]/],
      [...good, { attnMask: [4, 3] }, /attnMask must have shape \[3, 4\], got \[4, 3\]/],
      [...good, { attnMask: [2, 3, 4] }, /attnMask must have shape \[6, 3, 4\], got \[2, 3, 4\]/],
      [...good, { attnMask: [2, 3, 3, 4] }, /attnMask must be \(L, S\) or \(B \* H, L, S\)/],
      [...good, { keyPaddingMask: [2, 3] }, /keyPaddingMask must have shape \[2, 4\], got \[2, 3\]/],
    ] as [number[], number[], number[], Record<string, number[]>, RegExp][])(
      '%j %j %j %j',
      (q, k, v, masks, message) => {
        const made = () =>
          Object.fromEntries(Object.entries(masks).map(([name, shape]) => [name, tensor(...shape)]));
        expect(() => call(q, k, v, made)).toThrow(message);
      },
    );

    test('dtypes and settings', () => {
      engine().scope(() => {
        const mask = engine().tensor(Int32Array.of(1, 1, 1, 1), [1, 4]);
        expect(() => call([1, 3, E], [1, 4, 5], [1, 4, 6], () => ({ keyPaddingMask: mask }))).toThrow(
          /keyPaddingMask must be bool or u8 or f32, got i32/,
        );
        expect(() => new MultiheadAttention(engine(), 10, 3)).toThrow(/numHeads must divide embedDim/);
        expect(() => new MultiheadAttention(engine(), 4, 2, { dropout: 2 })).toThrow(
          /dropout must be in \[0, 1\]/,
        );
      });
    });
  });
});
