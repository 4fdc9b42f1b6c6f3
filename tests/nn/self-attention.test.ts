// Self-attention beside a fully connected layer over the same positions: gradients of both, and what the second cannot
// do: other lengths, other orders, and looking something up.
import { describe, expect, test } from '@jest/globals';
import { ShapeError } from '../../src/errors.js';
import { Linear } from '../../src/nn/linear.js';
import { FullyConnectedPositions, SelfAttention } from '../../src/nn/self-attention.js';
import { backward } from '../../src/ops/backward.js';
import { mul } from '../../src/ops/binary.js';
import { mseLoss } from '../../src/ops/loss.js';
import { sum } from '../../src/ops/reduce.js';
import { narrow } from '../../src/ops/view.js';
import { Adam } from '../../src/optim/adam.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { attention, scaledDotScores } from '../reference/scoring.js';
import { times } from '../reference/transformer.js';
import { expectLossAndGradients } from './gradients.js';
import { cleanTest, list, normals } from './helpers.js';

everyEngine('self-attention', (engine) => {
  const clean = cleanTest(engine);
  const tensor = normals(engine, new Random(14));

  describe('against doubles', () => {
    test.each([
      [1, [3]],
      [4, [5, 2]],
      [5, [9, 4, 1]],
    ])('D = %i, lengths %j', (D, lengths) => {
      engine().scope(() => {
        const [B, N, Dk, Dv] = [lengths.length, Math.max(...lengths), 3, 6];
        const layer = new SelfAttention(engine(), D, { Dk, Dv, generator: new Generator(1) });
        const X = tensor(B, N, D);
        const up = tensor(B, N, Dv);
        lengths.forEach((n, b) => {
          up.data.fill(0, (b * N + n) * Dv, (b + 1) * N * Dv);
        });
        const upstream = list(up);
        expectLossAndGradients({
          module: layer,
          inputs: { X },
          loss: () => sum(mul(layer.forward(X, { lengths }).attention, up)),
          reference: (w) => {
            const flat = w.vector('X');
            return lengths.reduce((total, n, b) => {
              const rows = Array.from({ length: n }, (_, i) =>
                flat.slice((b * N + i) * D, (b * N + i + 1) * D),
              );
              const [q, k, v] = ['W_q', 'W_k', 'W_v'].map((name) =>
                rows.map((x) => times(x, w.matrix(name))),
              );
              return q.reduce((sumOf, query, i) => {
                const { y } = attention(scaledDotScores(k, query), v);
                return sumOf + y.reduce((s, value, d) => s + value * upstream[(b * N + i) * Dv + d], 0);
              }, total);
            }, 0);
          },
        });
        layer.dispose();
      });
    });

    test('fully connected over positions', () => {
      engine().scope(() => {
        const [N, D] = [5, 3];
        const layer = new FullyConnectedPositions(engine(), N, { generator: new Generator(1) });
        const [X, up] = [tensor(2, N, D), tensor(2, N, D)];
        const upstream = list(up);
        expectLossAndGradients({
          module: layer,
          inputs: { X },
          loss: () => sum(mul(layer.forward(X), up)),
          reference: (w) => {
            const [x, W, b] = [w.vector('X'), w.matrix('W'), w.vector('b')];
            return upstream.reduce((total, u, at) => {
              const [batch, n, d] = [Math.floor(at / (N * D)), Math.floor(at / D) % N, at % D];
              return total + u * W[n].reduce((s, v, j) => s + v * x[(batch * N + j) * D + d], b[n]);
            }, 0);
          },
        });
        layer.dispose();
      });
    });
  });

  clean('any length, and padding changes no bit', () => {
    const layer = new SelfAttention(engine(), 6, { generator: new Generator(2) });
    const X = tensor(2, 19, 6);
    const whole = layer.forward(X, { lengths: [19, 7] }).attention.tolist() as number[][][];
    const part = narrow(narrow(X, 0, 1, 1), 1, 0, 7);
    expect(whole[1].slice(0, 7)).toEqual((layer.forward(part).attention.tolist() as number[][][])[0]);
    const fixed = new FullyConnectedPositions(engine(), 19, { generator: new Generator(2) });
    expect(fixed.forward(X).shape).toEqual([2, 19, 6]);
    expect(() => fixed.forward(part)).toThrow(/must be \(\.\.\., 19, D\), got \[1, 7, 6\]/);
    expect(() => layer.forward(X, { lengths: [20, 1] })).toThrow(ShapeError);
    for (const m of [layer, fixed]) m.dispose();
  });

  clean(
    'another order of the inputs gives another order of the outputs; the fully connected layer gives others',
    () => {
      const order = [3, 0, 4, 1, 2];
      const X = tensor(5, 4);
      const turned = engine().tensor(order.map((n) => (X.tolist() as number[][])[n]));
      const difference = (forward: (X: Tensor) => Tensor): number => {
        const [y, z] = [forward(X), forward(turned)].map((t) => t.tolist() as number[][]);
        return Math.max(...order.flatMap((n, i) => y[n].map((v, d) => Math.abs(v - z[i][d]))));
      };
      const layer = new SelfAttention(engine(), 4, { generator: new Generator(2) });
      const fixed = new FullyConnectedPositions(engine(), 5, { generator: new Generator(2) });
      expect(difference((x) => layer.forward(x).attention)).toBeLessThan(1e-6);
      expect(difference((x) => fixed.forward(x))).toBeGreaterThan(0.1);
      for (const m of [layer, fixed]) m.dispose();
    },
  );

  test('looking up: self-attention finds the value of the same key wherever it stands, also among more; the fully connected layer does not', () => {
    // Pairs of key and value; the last input has a key alone and wants its value.  Four keys, in a random order.
    const [KEYS, D] = [4, 6];
    const random = new Random(21);
    const batch = (rows: number, pairs: number): { X: Tensor; value: Tensor } => {
      const [x, values] = [new Float32Array(rows * (pairs + 1) * D), new Float32Array(rows)];
      for (let r = 0; r < rows; r++) {
        const keys = Array.from({ length: pairs }, (_, i) => i % KEYS).sort(() => random.next() - 0.5);
        const asked = random.int(KEYS);
        // Of several pairs with that key all have the same value.
        const held = random.uniform(KEYS);
        keys.forEach((key, n) => {
          x[(r * (pairs + 1) + n) * D + key] = 1;
          x[(r * (pairs + 1) + n) * D + KEYS] = held[key];
        });
        x[(r * (pairs + 1) + pairs) * D + asked] = 1;
        x[(r * (pairs + 1) + pairs) * D + D - 1] = 1;
        values[r] = held[asked];
      }
      return {
        X: engine().tensor(x, [rows, pairs + 1, D]),
        value: engine().tensor(values, [rows, 1]),
      };
    };
    const trained = (
      mix: (X: Tensor) => Tensor,
      parameters: Iterable<SelfAttention | FullyConnectedPositions | Linear>,
      out: Linear,
    ) => {
      const modules = [...parameters, out].map((m) => m.requiresGrad());
      const optimizer = new Adam(
        modules.flatMap((m) => m.parameters()),
        { lr: 0.02 },
      );
      const loss = (rows: number, pairs: number, learn: boolean): number =>
        engine().scope(() => {
          const { X, value } = batch(rows, pairs);
          const y = mix(X);
          const answer = out.forward(narrow(y, 1, pairs, 1));
          const error = mseLoss(answer, value.view([rows, 1, 1], [1, 1, 1], value.offset, true));
          if (learn) {
            optimizer.zeroGrad();
            backward(error);
            optimizer.step();
          }
          return error.item();
        });
      for (let i = 0; i < 300; i++) loss(32, KEYS, true);
      optimizer.dispose();
      return loss;
    };
    const generator = new Generator(5);
    const attention_ = new SelfAttention(engine(), D, { generator });
    const attends = trained(
      (X) => attention_.forward(X).attention,
      [attention_],
      new Linear(engine(), D, 1, { generator }),
    );
    const fixed = new FullyConnectedPositions(engine(), KEYS + 1, { generator });
    const connects = trained((X) => fixed.forward(X), [fixed], new Linear(engine(), D, 1, { generator }));
    // Values are uniform in [-1, 1): to say 0 always has an error of 1/3.
    expect(attends(400, KEYS, false)).toBeLessThan(0.03);
    expect(attends(400, 3 * KEYS, false)).toBeLessThan(0.06);
    expect(connects(400, KEYS, false)).toBeGreaterThan(0.2);
  });
});
