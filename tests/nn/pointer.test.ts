// Pointer networks: the loss against one written in doubles, decoding against teacher forcing and against trying
// every permutation, invariances bit for bit, learning.
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, DTypeError, ShapeError } from '../../src/errors.js';
import { PointerNetwork } from '../../src/nn/pointer.js';
import { backward } from '../../src/ops/backward.js';
import { mul } from '../../src/ops/binary.js';
import { logSoftmax, softmax } from '../../src/ops/softmax.js';
import { Adam } from '../../src/optim/adam.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { pointerLoss } from '../reference/scoring.js';
import { expectLossAndGradients } from './gradients.js';
import { cleanTest, list, normals } from './helpers.js';

const D = 3;

function permutations(n: number): number[][] {
  if (n === 0) return [[]];
  return permutations(n - 1).flatMap((p) =>
    Array.from({ length: n }, (_, i) => [...p.slice(0, i), n - 1, ...p.slice(i)]),
  );
}

everyEngine('pointer network', (engine) => {
  const clean = cleanTest(engine);
  const tensor = normals(engine, new Random(5));
  const network = (hiddenSize = 9, seed = 1): PointerNetwork =>
    new PointerNetwork(engine(), D, { hiddenSize, generator: new Generator(seed) });
  const places = (rows: number[][]): Tensor => engine().tensor(rows, undefined, { dtype: 'i32' });

  clean('keys and shapes', () => {
    const net = network();
    expect(Object.fromEntries([...net.namedParameters()].map(([key, p]) => [key, p.shape]))).toEqual({
      'encoder.weight_ih_l0': [36, 3],
      'encoder.weight_hh_l0': [36, 9],
      'encoder.bias_ih_l0': [36],
      'encoder.bias_hh_l0': [36],
      'decoder.weight_ih': [36, 3],
      'decoder.weight_hh': [36, 9],
      'decoder.bias_ih': [36],
      'decoder.bias_hh': [36],
      'W1.weight': [9, 9],
      'W2.weight': [9, 9],
      v: [9],
      start: [3],
    });
    net.dispose();
  });

  describe('loss and gradients', () => {
    // Hidden sizes around a vector of four lanes and a panel of the matrix product.
    test.each([
      [1, 1, 4],
      [2, 3, 5],
      [2, 5, 16],
      [3, 4, 17],
    ])('B = %i, N = %i, H = %i', (B, N, H) => {
      engine().scope(() => {
        const net = network(H);
        const X = tensor(B, N, D);
        const orders = Array.from(
          { length: B },
          (_, b) => permutations(N)[(7 * b + 3) % permutations(N).length],
        );
        const lengths = orders.map((_, b) => Math.max(1, N - b));
        const answers = orders.map((p, b) => p.filter((n) => n < lengths[b]));
        const targets = places(answers.map((a) => [...a, ...new Array(N - a.length).fill(-1)]));
        const count = answers.flat().length;
        expectLossAndGradients({
          module: net,
          inputs: { X },
          loss: () => net.loss(X, targets, { lengths }),
          reference: (w) => {
            const x = w.vector('X');
            const row = (b: number, n: number) => x.slice((b * N + n) * D, (b * N + n + 1) * D);
            const rows = (b: number) => Array.from({ length: lengths[b] }, (_, n) => row(b, n));
            return answers.reduce((sum, a, b) => sum + pointerLoss(rows(b), a, w), 0) / count;
          },
        });
        net.dispose();
      });
    });
  });

  describe('decoding', () => {
    clean('greedy: what teacher forcing gives for the same answers, bit for bit', () => {
      const net = network(33);
      const X = tensor(4, 6, D);
      const { indices, distributions } = net.decode(X);
      for (const row of indices.tolist() as number[][]) expect([...row].sort()).toEqual([0, 1, 2, 3, 4, 5]);
      expect(list(softmax(net.forward(X, indices), -1))).toEqual(list(distributions));
      net.dispose();
    });

    clean('every choice is the likeliest of those that are left', () => {
      const net = network();
      const { indices, distributions } = net.decode(tensor(3, 5, D));
      const alpha = distributions.tolist() as number[][][];
      (indices.tolist() as number[][]).forEach((row, b) => {
        row.forEach((n, m) => {
          expect(alpha[b][m][n]).toBe(Math.max(...alpha[b][m]));
          for (const before of row.slice(0, m)) expect(alpha[b][m][before]).toBe(0);
        });
      });
      net.dispose();
    });

    clean('with as many beams as there are permutations it finds the likeliest one', () => {
      const net = network(12, 3);
      const N = 4;
      const X = tensor(1, N, D);
      const probability = (p: number[]): number => {
        const logs = logSoftmax(net.forward(X, places([p])), -1).tolist() as number[][][];
        return p.reduce((sum, n, m) => sum + logs[0][m][n], 0);
      };
      const best = permutations(N).reduce((a, b) => (probability(b) > probability(a) ? b : a));
      const { indices, logProbabilities } = net.decode(X, { beams: 24 });
      expect(list(indices)).toEqual(best);
      expect(logProbabilities[0]).toBeCloseTo(probability(best), 5);
      net.dispose();
    });

    clean('more beams never find less, and sometimes more', () => {
      const net = network(12, 2);
      // Large weights, so that what was pointed at first matters to what comes after.
      for (const p of net.parameters()) p.set(mul(p.tensor, 5));
      const X = tensor(24, 5, D);
      const [one, many] = [1, 120].map((beams) => net.decode(X, { beams }).logProbabilities);
      for (const [b, p] of many.entries()) expect(p).toBeGreaterThanOrEqual(one[b] - 1e-5);
      expect(many.some((p, b) => p > one[b] + 1e-3)).toBe(true);
      net.dispose();
    });

    clean('a sequence has the same bits alone and in a padded batch', () => {
      const net = network(20);
      const lengths = [1, 5, 2, 7];
      const X = tensor(4, 7, D);
      const { indices, distributions } = net.decode(X, { lengths, beams: 2 });
      const [all, alpha] = [indices.tolist() as number[][], distributions.tolist() as number[][][]];
      lengths.forEach((n, b) => {
        const x = engine().tensor((X.tolist() as number[][][])[b].slice(0, n), [1, n, D]);
        const alone = net.decode(x, { beams: 2 });
        expect(all[b]).toEqual([...list(alone.indices), ...new Array(7 - n).fill(-1)]);
        expect(alpha[b].slice(0, n).map((row) => row.slice(0, n))).toEqual(
          (alone.distributions.tolist() as number[][][])[0],
        );
      });
      net.dispose();
    });
  });

  clean('learns to point at the larger first', () => {
    const net = network(16);
    net.requiresGrad();
    const optimizer = new Adam(net.parameters(), { lr: 0.02 });
    const random = new Random(8);
    const loss = (): number =>
      engine().scope(() => {
        const rows = Array.from({ length: 16 }, () => random.uniform(4));
        const X = engine().tensor(rows.flatMap((r) => Array.from(r, (x) => [x, 0, 0])).flat(), [16, 4, D]);
        const order = rows.map((r) => [0, 1, 2, 3].sort((i, j) => r[j] - r[i]));
        optimizer.zeroGrad();
        const y = net.loss(X, places(order));
        backward(y);
        optimizer.step();
        return y.item();
      });
    const first = loss();
    for (let i = 0; i < 60; i++) loss();
    expect(loss()).toBeLessThan(first / 3);
    optimizer.dispose();
    net.dispose();
  });

  test('refuses what does not fit', () => {
    engine().scope(() => {
      const net = network();
      expect(() => net.decode(tensor(2, 3))).toThrow(ShapeError);
      expect(() => net.decode(tensor(2, 3, D + 1))).toThrow(/X must be \(B, N, 3\).*\[2, 3, 4\]/);
      expect(() => net.decode(tensor(2, 3, D), { lengths: [3, 4] })).toThrow(ArgumentError);
      expect(() => net.decode(tensor(2, 3, D), { beams: 0 })).toThrow(/beams/);
      expect(() => net.forward(tensor(1, 2, D), engine().tensor([[0, 1]]))).toThrow(DTypeError);
      expect(() => net.forward(tensor(1, 2, D), places([[0, 2]]))).toThrow(/below 2, got 2/);
      net.dispose();
    });
  });
});
