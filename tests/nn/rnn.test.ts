import { describe, expect, test } from '@jest/globals';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { GRU, LSTM, RNN } from '../../src/nn/rnn.js';
import { GRUCell, LSTMCell, RNNCell } from '../../src/nn/rnn-cell.js';
import { backward } from '../../src/ops/backward.js';
import { lstm } from '../../src/ops/lstm.js';
import { sum } from '../../src/ops/reduce.js';
import { narrow, select, stack, transpose } from '../../src/ops/view.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { cleanTest, list, normals } from './helpers.js';

const KINDS = { RNN, GRU, LSTM };
const GATES = { RNN: 1, GRU: 3, LSTM: 4 };
type Name = keyof typeof KINDS;
const NAMES = Object.keys(KINDS) as Name[];

/** Output and last states, whichever the layer. */
function outputs(layer: RNN | GRU | LSTM, x: Tensor, lengths?: number[]): Tensor[] {
  if (!(layer instanceof LSTM)) return layer.forward(x, null, { lengths });
  const [output, state] = layer.forward(x, null, { lengths });
  return [output, ...state];
}

everyEngine('recurrent layers', (engine) => {
  const clean = cleanTest(engine);
  const normal = normals(engine, new Random(1));

  test.each(NAMES)('%s: keys, shapes and initial values are those of PyTorch', (name) => {
    const options = { numLayers: 2, bidirectional: true };
    const layer = new KINDS[name](engine(), 5, 9, options);
    const rows = GATES[name] * 9;
    const of = (suffix: string, input: number) => [
      [`weight_ih${suffix}`, [rows, input]],
      [`weight_hh${suffix}`, [rows, 9]],
      [`bias_ih${suffix}`, [rows]],
      [`bias_hh${suffix}`, [rows]],
    ];
    const expected = [of('_l0', 5), of('_l0_reverse', 5), of('_l1', 18), of('_l1_reverse', 18)].flat();
    expect([...layer.namedParameters()].map(([key, p]) => [key, p.shape])).toEqual(expected);
    const values = layer.parameters().flatMap((p) => list(p.tensor));
    const bound = 1 / 3;
    expect(Math.max(...values)).toBeLessThanOrEqual(bound);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-bound);
    expect(Math.max(...values)).toBeGreaterThan(0.95 * bound);
    const mean = values.reduce((a, b) => a + b) / values.length;
    expect(Math.abs(mean)).toBeLessThan((4 * bound) / Math.sqrt(3 * values.length));
    layer.dispose();
    const bare = new KINDS[name](engine(), 5, 9, { bias: false });
    expect([...bare.namedParameters()].map(([key]) => key)).toEqual(['weight_ih_l0', 'weight_hh_l0']);
  });

  test('LSTM: a projection changes the shapes as in PyTorch', () => {
    const layer = new LSTM(engine(), 5, 9, { projSize: 3, numLayers: 2, bias: false });
    expect([...layer.namedParameters()].map(([key, p]) => [key, p.shape])).toEqual([
      ['weight_ih_l0', [36, 5]],
      ['weight_hh_l0', [36, 3]],
      ['weight_hr_l0', [3, 9]],
      ['weight_ih_l1', [36, 3]],
      ['weight_hh_l1', [36, 3]],
      ['weight_hr_l1', [3, 9]],
    ]);
    engine().scope(() => {
      const [output, [hN, cN]] = layer.forward(normal(4, 2, 5));
      expect([output.shape, hN.shape, cN.shape]).toEqual([
        [4, 2, 3],
        [2, 2, 3],
        [2, 2, 9],
      ]);
      const x = normal(4, 2, 5);
      const plain = list(layer.forward(x)[0]);
      layer.pack();
      expect(list(layer.forward(x)[0])).toEqual(plain);
      const [w, h, c] = [normal(36, 3), normal(2, 3), normal(2, 9)];
      expect(() => lstm(normal(4, 2, 36), [h, c], w)).toThrow(
        /projection must have shape \[3, 9\] .* got none/,
      );
      const projection = normal(9, 3);
      expect(() => lstm(normal(4, 2, 36), [h, c], w, null, { projection })).toThrow(/got \[9, 3\]/);
    });
    layer.dispose();
  });

  describe.each(NAMES)('%s', (name) => {
    const make = (options = {}) =>
      new KINDS[name](engine(), 5, 7, { generator: new Generator(3), ...options });

    clean('a sequence has the same bits alone, in a batch, padded, and beside NaN in the padding', () => {
      for (const bidirectional of [false, true]) {
        const layer = make({ numLayers: 2, bidirectional, batchFirst: true });
        const lengths = [4, 9, 1, 6];
        const x = normal(4, 9, 5);
        const together = outputs(layer, x);
        lengths.forEach((n, b) => {
          for (let i = n * 5; i < 45; i++) x.data[b * 45 + i] = NaN;
        });
        const padded = outputs(layer, x, lengths);
        lengths.forEach((n, b) => {
          const alone = outputs(layer, narrow(narrow(x, 0, b, 1), 1, 0, n));
          const real = narrow(narrow(padded[0], 0, b, 1), 1, 0, n);
          expect(list(real)).toEqual(list(alone[0]));
          expect(new Set(list(narrow(narrow(padded[0], 0, b, 1), 1, n, 9 - n)))).toEqual(
            new Set(n < 9 ? [0] : []),
          );
          for (const k of alone.keys())
            if (k > 0) expect(list(narrow(padded[k], 1, b, 1))).toEqual(list(alone[k]));
          if (n === 9) expect(list(select(together[0], 0, b))).toEqual(list(alone[0]));
        });
        layer.dispose();
      }
    });

    clean('layouts: unbatched, (T, B, ...) and (B, T, ...) are the same numbers', () => {
      const [a, b] = [make({ bidirectional: true }), make({ bidirectional: true, batchFirst: true })];
      const x = normal(6, 3, 5);
      const [first, ...states] = outputs(a, x);
      const [second, ...others] = outputs(b, transpose(x, 0, 1));
      expect(second.shape).toEqual([3, 6, 14]);
      expect(list(transpose(second, 0, 1))).toEqual(list(first));
      expect(others.map(list)).toEqual(states.map(list));
      const [single, ...ends] = outputs(a, select(x, 1, 2));
      expect([single.shape, ends[0].shape]).toEqual([
        [6, 14],
        [2, 7],
      ]);
      expect(list(single)).toEqual(list(select(first, 1, 2)));
      ends.forEach((s, k) => {
        expect(list(s)).toEqual(list(select(states[k], 1, 2)));
      });
      a.dispose();
      b.dispose();
    });

    clean('dropout: between layers, in training only, by the seed', () => {
      const x = normal(6, 2, 5);
      const run = (numLayers: number, dropout: number, training: boolean): number[] => {
        const layer = make({ numLayers, dropout }).train(training);
        const y = list(outputs(layer, x)[0]);
        layer.dispose();
        return y;
      };
      expect(run(2, 0.5, false)).toEqual(run(2, 0, false));
      expect(run(2, 0.5, true)).toEqual(run(2, 0.5, true));
      expect(run(2, 0.5, true)).not.toEqual(run(2, 0, true));
      expect(run(1, 0.5, true)).toEqual(run(1, 0, true));
      expect(run(2, 1, true)).not.toEqual(run(2, 0.5, true));
    });

    clean('a packed layer still passes gradients to its input', () => {
      const layer = make({ numLayers: 2 });
      const grads = [false, true].map((packed) => {
        if (packed) layer.pack();
        const x = engine().tensor(new Random(5).normal(4 * 2 * 5), [4, 2, 5], { requiresGrad: true });
        backward(sum(outputs(layer, x)[0]));
        return list(x.grad!);
      });
      expect(grads[1]).toEqual(grads[0]);
      expect(grads[0].some((g) => g !== 0)).toBe(true);
      layer.dispose();
    });

    clean('an argument that does not fit is named', () => {
      const layer = make();
      expect(() => outputs(layer, normal(3, 2, 4))).toThrow(ShapeError);
      expect(() => outputs(layer, normal(3, 2, 4))).toThrow(
        /input must be \(T, B, 5\) or \(T, 5\), got \[3, 2, 4\]/,
      );
      expect(() => outputs(layer, normal(0, 2, 5))).toThrow(/T of at least 1/);
      expect(() => outputs(layer, normal(3, 2, 5), [3])).toThrow(/lengths must be one for each of 2/);
      expect(() => outputs(layer, normal(3, 2, 5), [3, 4])).toThrow(/integers in 1..3, got 4/);
      expect(() => outputs(layer, normal(3, 2, 5), [0, 3])).toThrow(ArgumentError);
      expect(() => make({ dropout: 1.5 })).toThrow(/dropout must be in \[0, 1\], got 1.5/);
      expect(() => make({ numLayers: 0 })).toThrow(/numLayers must be a positive integer, got 0/);
      layer.dispose();
    });
  });

  clean('states that do not fit are named', () => {
    const layer = new LSTM(engine(), 5, 7);
    const x = normal(3, 2, 5);
    expect(() => layer.forward(x, [normal(1, 2, 7), normal(2, 2, 7)])).toThrow(
      /initial state must have shape \[1, 2, 7\], got \[2, 2, 7\]/,
    );
    expect(() => new LSTM(engine(), 5, 7, { projSize: 7 })).toThrow(/projSize/);
    expect(() => new RNN(engine(), 5, 7, { nonlinearity: 'sigmoid' as 'relu' })).toThrow(/tanh or relu/);
    layer.dispose();
  });

  clean('a cell, step by step, has the bits of the layer', () => {
    const x = normal(5, 3, 4);
    const pairs = [
      [
        new RNN(engine(), 4, 6, { nonlinearity: 'relu' }),
        new RNNCell(engine(), 4, 6, { nonlinearity: 'relu' }),
      ],
      [new GRU(engine(), 4, 6), new GRUCell(engine(), 4, 6)],
      [new LSTM(engine(), 4, 6), new LSTMCell(engine(), 4, 6)],
    ] as const;
    for (const [layer, cell] of pairs) {
      const state = [...layer.stateDict()].map(([key, t]) => [key.replace('_l0', ''), t] as const);
      cell.loadStateDict(new Map(state));
      let h: Tensor | undefined;
      let c: Tensor | undefined;
      const steps = [0, 1, 2, 3, 4].map((t) => {
        const xt = select(x, 0, t);
        if (cell instanceof LSTMCell) [h, c] = cell.forward(xt, h && c && [h, c]);
        else h = cell.forward(xt, h);
        return h;
      });
      const [output, ...last] = outputs(layer, x);
      expect(list(stack(steps))).toEqual(list(output));
      if (c) expect(list(c)).toEqual(list(last[1]));
      cell.pack();
      const single =
        cell instanceof LSTMCell
          ? cell.forward(select(select(x, 0, 0), 0, 1))[0]
          : cell.forward(select(select(x, 0, 0), 0, 1));
      expect(list(single)).toEqual(list(select(steps[0], 0, 1)));
      expect(() => cell.forward(normal(3, 5))).toThrow(/input must be \(B, 4\) or \(4\), got \[3, 5\]/);
      layer.dispose();
      cell.dispose();
    }
    const cell = new GRUCell(engine(), 4, 6, { bias: false });
    expect(() => cell.forward(normal(3, 4), normal(2, 6))).toThrow(
      /state must have shape \[3, 6\], got \[2, 6\]/,
    );
    expect([...cell.namedParameters()].map(([key]) => key)).toEqual(['weight_ih', 'weight_hh']);
  });

  clean('gradients through cells are those through the layer', () => {
    const layer = new GRU(engine(), 4, 6).requiresGrad();
    const cell = new GRUCell(engine(), 4, 6);
    const state = [...layer.stateDict()].map(([key, t]) => [key.replace('_l0', ''), t] as const);
    cell.loadStateDict(new Map(state));
    cell.requiresGrad();
    const x = normal(5, 3, 4);
    backward(sum(layer.forward(x)[1]));
    let h: Tensor | undefined;
    for (let t = 0; t < 5; t++) h = cell.forward(select(x, 0, t), h);
    backward(sum(h!));
    const pairs = [...cell.namedParameters()].map(
      ([key, p]) => [key, p, new Map(layer.namedParameters()).get(`${key}_l0`)!] as const,
    );
    for (const [key, a, b] of pairs) {
      const [left, right] = [list(a.grad!), list(b.grad!)];
      const scale = Math.max(...right.map(Math.abs));
      left.forEach((v, i) => {
        if (!(Math.abs(v - right[i]) <= 1e-5 * scale)) throw new Error(`${key}[${i}]: ${v}, ${right[i]}`);
      });
    }
    layer.dispose();
    cell.dispose();
  });
});
