// Bottom-up and top-down attention on the same input, side by side.
import { describe, expect, test } from '@jest/globals';
import { ShapeError } from '../../src/errors.js';
import {
  BottomUpAttention,
  DivisiveNormalization,
  SaliencyGate,
  TopDownAttention,
} from '../../src/nn/saliency.js';
import { ScaledDotScore } from '../../src/nn/score.js';
import { mul } from '../../src/ops/binary.js';
import { sum } from '../../src/ops/reduce.js';
import { surround } from '../../src/ops/saliency.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { divisive, pooled } from '../reference/saliency.js';
import { attention, scaledDotScores } from '../reference/scoring.js';
import { expectLossAndGradients } from './gradients.js';
import { cleanTest, list, normals } from './helpers.js';

everyEngine('saliency layers', (engine) => {
  const clean = cleanTest(engine);
  const random = new Random(31);
  const tensor = normals(engine, random);
  /** Positive, so that the corner of max(0, x) is far. */
  const active = (...shape: number[]): Tensor =>
    engine().tensor(
      random.uniform(
        shape.reduce((a, b) => a * b),
        0.2,
        1.5,
      ),
      shape,
    );

  describe.each([
    [2, 3, 7],
    [1, 2, 4, 5],
  ])('of (%i, %i, %i ...)', (...given) => {
    const shape = given.filter((n) => n !== undefined);
    const [B, C, ...space] = shape;
    const dims = space.length as 1 | 2;
    const places = space.reduce((a, b) => a * b, 1);
    /** Place by place the channels of sequence b. */
    const vectors = (x: Float64Array, b: number): Float64Array[] =>
      Array.from({ length: places }, (_, p) =>
        Float64Array.from({ length: C }, (_, c) => x[(b * C + c) * places + p]),
      );

    test('bottom-up: loss and gradients', () => {
      engine().scope(() => {
        const layer = new BottomUpAttention(engine(), dims, { radius: 1, gain: 2 });
        const [X, up] = [active(...shape), tensor(B, C)];
        expectLossAndGradients({
          module: layer,
          inputs: { X },
          loss: () => sum(mul(layer.forward(X).attention, up)),
          reference: (w) => {
            const x = w.vector('X');
            const options = {
              sigma: w.vector('normalization.sigma')[0],
              gamma: w.vector('normalization.gamma')[0],
            };
            const y = divisive(x, shape, w.vector('normalization.w'), 3, { ...options, exponent: 2 });
            let total = 0;
            for (let b = 0; b < B; b++) {
              const gain = w.vector('gain')[0];
              const s = Float64Array.from(vectors(y, b), (v) => gain * v.reduce((a, c) => a + c, 0));
              const read = attention(s, vectors(x, b)).y;
              total += read.reduce((sumOf, v, c) => sumOf + v * list(up)[b * C + c], 0);
            }
            return total;
          },
          tolerance: 5e-5,
        });
        layer.dispose();
      });
    });

    test('top-down: loss and gradients', () => {
      engine().scope(() => {
        const layer = new TopDownAttention(new ScaledDotScore(engine()));
        const [X, q, up] = [active(...shape), tensor(B, C), tensor(B, C)];
        expectLossAndGradients({
          module: layer,
          inputs: { X, q },
          loss: () => sum(mul(layer.forward(X, q).attention, up)),
          reference: (w) => {
            const x = w.vector('X');
            let total = 0;
            for (let b = 0; b < B; b++) {
              const rows = vectors(x, b);
              const { y } = attention(scaledDotScores(rows, w.vector('q').slice(b * C, (b + 1) * C)), rows);
              total += y.reduce((sumOf, v, c) => sumOf + v * list(up)[b * C + c], 0);
            }
            return total;
          },
        });
        layer.dispose();
      });
    });

    test('gate: loss and gradients', () => {
      engine().scope(() => {
        const layer = new SaliencyGate(engine(), dims, C, { generator: new Generator(2) });
        const [X, up] = [tensor(...shape), tensor(...shape)];
        const upstream = list(up);
        expectLossAndGradients({
          module: layer,
          inputs: { X },
          loss: () => sum(mul(layer.forward(X).output, up)),
          reference: (w) => {
            const [x, weight, bias] = [w.vector('X'), w.vector('weight'), w.vector('bias')[0]];
            const taps = weight.length / C;
            const planes = Array.from({ length: C }, (_, c) =>
              pooled(x, shape, weight.slice(c * taps, (c + 1) * taps), 3),
            );
            return x.reduce((total, v, at) => {
              const [b, place] = [Math.floor(at / (C * places)), at % places];
              const s = planes.reduce((sumOf, plane, c) => sumOf + plane[(b * C + c) * places + place], bias);
              return total + (upstream[at] * v) / (1 + Math.exp(-s));
            }, 0);
          },
        });
        layer.dispose();
      });
    });
  });

  clean('one input, two ways to look: what stands out, and what is asked for', () => {
    // Two features; the first is everywhere but at place 9, the second only there and, weakly, at place 3.
    const N = 16;
    const x = new Float32Array(2 * N).fill(1, 0, N);
    x[9] = 0;
    x[N + 9] = 1.2;
    x[N + 3] = 0.1;
    const X = engine().tensor(x, [1, 2, N]);
    const bottomUp = new BottomUpAttention(engine(), 1, { radius: 2, gain: 8 });
    const topDown = new TopDownAttention(new ScaledDotScore(engine()));
    const looksAt = ({ alpha }: { alpha: Tensor }): number => list(alpha).indexOf(Math.max(...list(alpha)));
    // No query: the odd one out draws the look.
    expect(looksAt(bottomUp.forward(X))).toBe(9);
    // With a query for the first feature the same place is the one that is passed over.
    const alpha = list(topDown.forward(X, engine().tensor([5, 0])).alpha);
    expect(alpha.indexOf(Math.min(...alpha))).toBe(9);
    expect(looksAt(topDown.forward(X, engine().tensor([0, 5])))).toBe(9);
    // The salience of a place is that of the place in its surroundings: among its like it is gone.
    const same = engine().tensor(new Float32Array(2 * N).fill(1.2, N), [1, 2, N]);
    const even = list(bottomUp.forward(same).alpha).slice(4, 12);
    expect(Math.max(...even) - Math.min(...even)).toBeLessThan(1e-6);
    bottomUp.dispose();
  });

  clean('the constants start as they are said to', () => {
    const layer = new DivisiveNormalization(engine(), 2, { radius: 2 });
    expect([...layer.stateDict()].map(([key, t]) => [key, t.shape])).toEqual([
      ['w', [5, 5]],
      ['sigma', []],
      ['gamma', []],
    ]);
    expect(list(layer.w.tensor)).toEqual(list(surround(layer.w.tensor, 2, 2)));
    layer.dispose();
  });

  test('refuses what does not fit', () => {
    engine().scope(() => {
      expect(() =>
        new TopDownAttention(new ScaledDotScore(engine())).forward(tensor(2, 3), tensor(3)),
      ).toThrow(ShapeError);
      expect(() => new BottomUpAttention(engine(), 2).forward(tensor(2, 3, 9))).toThrow(ShapeError);
    });
  });
});
