// Hard attention: what is chosen, how often, and the two ways to train through a choice, against exact gradients.
import { describe, expect, test } from '@jest/globals';
import { ArgumentError } from '../../src/errors.js';
import { HardAttention, type HardAttentionOptions } from '../../src/nn/hard-attention.js';
import { BilinearScore, DotScore } from '../../src/nn/score.js';
import { backward } from '../../src/ops/backward.js';
import { mul, sub } from '../../src/ops/binary.js';
import { gumbelSoftmax, reinforce, sampleCategorical } from '../../src/ops/hard-attention.js';
import { mean, sum } from '../../src/ops/reduce.js';
import { softmax } from '../../src/ops/softmax.js';
import { neg, square } from '../../src/ops/unary.js';
import { expand } from '../../src/ops/view.js';
import { Adam } from '../../src/optim/adam.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { softmax as exactSoftmax } from '../reference/softmax.js';
import { cleanTest, list, normals } from './helpers.js';

everyEngine('hard attention', (engine) => {
  const clean = cleanTest(engine);
  const tensor = normals(engine, new Random(9));
  const layerOf = (options: HardAttentionOptions = {}): HardAttention =>
    new HardAttention(new DotScore(engine()), { generator: new Generator(3), ...options });

  clean('in use: the input with the highest score', () => {
    const [X, Q] = [tensor(2, 6, 4), tensor(2, 3, 4)];
    const { attention, index, scores } = layerOf().forward(X, Q);
    const [x, s] = [X.tolist() as number[][][], scores.tolist() as number[][][]];
    (index.tolist() as number[][]).forEach((row, b) => {
      row.forEach((n, m) => {
        expect(s[b][m][n]).toBe(Math.max(...s[b][m]));
        expect((attention.tolist() as number[][][])[b][m]).toEqual(x[b][n]);
      });
    });
  });

  describe.each(['reinforce', 'gumbel'] as const)('in training, %s', (estimator) => {
    clean('samples of the distribution, the same for a seed', () => {
      const rows = 4000;
      const X = expand(tensor(1, 3, 2), [rows, 3, 2]);
      const q = tensor(2);
      const draws = [5, 5, 6].map((seed) => {
        const layer = layerOf({ estimator, generator: new Generator(seed) }).train();
        const { index, scores, attention } = layer.forward(X, q);
        const x = X.tolist() as number[][][];
        const chosen = list(index);
        chosen.slice(0, 50).forEach((n, r) => {
          expect((attention.tolist() as number[][])[r]).toEqual(x[r][n]);
        });
        return { chosen, alpha: exactSoftmax(list(scores).slice(0, 3)) };
      });
      expect(draws[1].chosen).toEqual(draws[0].chosen);
      expect(draws[2].chosen).not.toEqual(draws[0].chosen);
      draws[0].alpha.forEach((p, n) => {
        const share = draws[0].chosen.filter((i) => i === n).length / rows;
        // Five standard deviations.
        expect(Math.abs(share - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / rows));
      });
    });

    clean('what is masked is never chosen', () => {
      const mask = engine().tensor([0, 1, 0], undefined, { dtype: 'bool' });
      const X = expand(tensor(1, 3, 2), [500, 3, 2]);
      for (const training of [true, false]) {
        const { index } = layerOf({ estimator }).train(training).forward(X, tensor(2), mask);
        expect(list(index)).not.toContain(1);
      }
    });
  });

  clean(
    'REINFORCE: its mean is the gradient of the expected reward, with any baseline; a good one varies less',
    () => {
      const scores = [0.3, -0.8, 1.1, 0.2];
      const rewards = [3, 1, 2, 4];
      const alpha = exactSoftmax(scores);
      const expected = alpha.reduce((s, p, n) => s + p * rewards[n], 0);
      const exact = [...alpha].map((p, n) => -p * (rewards[n] - expected));
      const rows = 6000;
      const spread = [0, expected].map((baseline) => {
        const s = engine().tensor(scores);
        s.requiresGrad = true;
        const all = expand(s, [rows, 4]);
        const index = sampleCategorical(softmax(all.detach(), -1), new Generator(11));
        const reward = engine().tensor(list(index).map((n) => rewards[n]));
        backward(reinforce(all, index, reward, baseline));
        // The estimate of each row is (α - e_n̂) (reward - baseline).
        const deviation = exact.map((truth, n) => {
          const squares = alpha.reduce((sum, p, chosen) => {
            const estimate = (alpha[n] - Number(chosen === n)) * (rewards[chosen] - baseline);
            return sum + p * (estimate - truth) ** 2;
          }, 0);
          return Math.sqrt(squares / rows);
        });
        list(s.grad!).forEach((g, n) => {
          expect(Math.abs(g - exact[n])).toBeLessThan(5 * deviation[n]);
        });
        return Math.max(...deviation);
      });
      expect(spread[1]).toBeLessThan(spread[0] / 2);
    },
  );

  clean('Gumbel-softmax: exact in front, the soft gradient behind', () => {
    const s = tensor(7, 5);
    s.requiresGrad = true;
    const up = tensor(7, 5);
    const grads = [true, false].map((hard) => {
      s.zeroGrad();
      const y = gumbelSoftmax(s, new Generator(2), { tau: 0.7, hard });
      if (hard) for (const row of y.tolist() as number[][]) expect([...row].sort()).toEqual([0, 0, 0, 0, 1]);
      backward(y, { gradient: up });
      return list(s.grad!);
    });
    expect(grads[0]).toEqual(grads[1]);
    expect(grads[0].some((g) => Math.abs(g) > 1e-3)).toBe(true);
  });

  /** The target is the input whose first number is 1: which of four it is changes with every row. */
  const learn = (estimator: 'reinforce' | 'gumbel'): number => {
    const score = new BilinearScore(engine(), 4, 1, { generator: new Generator(4) });
    const layer = new HardAttention(score, { estimator, generator: new Generator(7) });
    layer.requiresGrad();
    const optimizer = new Adam(layer.parameters(), { lr: 0.05 });
    const random = new Random(12);
    const q = engine().tensor([1]);
    const batch = (rows: number): { X: Tensor; target: Tensor; places: number[] } => {
      const x = random.normal(rows * 4 * 4);
      const places = Array.from({ length: rows }, () => random.int(4));
      const target = places.flatMap((place, r) => {
        for (let n = 0; n < 4; n++) x[(r * 4 + n) * 4] = Number(n === place);
        return [...x.slice((r * 4 + place) * 4, (r * 4 + place) * 4 + 4)];
      });
      return { X: engine().tensor(x, [rows, 4, 4]), target: engine().tensor(target, [rows, 4]), places };
    };
    layer.train();
    for (let step = 0; step < 150; step++)
      engine().scope(() => {
        const { X, target } = batch(32);
        optimizer.zeroGrad();
        const result = layer.forward(X, q);
        const error = mean(square(sub(result.attention, target)), { dim: -1 });
        backward(estimator === 'gumbel' ? mean(error) : layer.loss(result, neg(error)));
        optimizer.step();
      });
    layer.eval();
    const { X, places } = batch(400);
    const right = list(layer.forward(X, q).index).filter((n, r) => n === places[r]).length;
    optimizer.dispose();
    layer.dispose();
    return right / 400;
  };

  clean('both estimators learn what to look at', () => {
    expect(learn('reinforce')).toBeGreaterThan(0.95);
    expect(learn('gumbel')).toBeGreaterThan(0.95);
  });

  clean('the baseline follows the rewards', () => {
    const layer = layerOf({ momentum: 0.5 }).train();
    const X = tensor(3, 4, 2);
    for (const [reward, before, after] of [
      [4, 4, 4],
      [0, 4, 2],
      [2, 2, 2],
    ]) {
      const result = layer.forward(X, tensor(2));
      const loss = layer.loss(result, engine().full([3], reward)).item();
      // Where every reward is the baseline there is nothing to learn.
      if (reward === before) expect(Math.abs(loss)).toBe(0);
      else expect(Math.abs(loss)).toBeGreaterThan(0.1);
      expect(layer.baseline).toBeCloseTo(after, 6);
    }
  });

  test('refuses what does not fit', () => {
    engine().scope(() => {
      expect(() => layerOf({ estimator: 'other' as 'gumbel' })).toThrow(ArgumentError);
      expect(() => layerOf({ momentum: 1 })).toThrow(/momentum/);
      const layer = layerOf({ estimator: 'gumbel' });
      const result = layer.forward(tensor(1, 2, 2), tensor(2));
      expect(() => layer.loss(result, engine().zeros([1]))).toThrow(/only the estimator reinforce/);
      expect(sum(mul(result.attention, 1)).item()).not.toBeNaN();
    });
  });
});
