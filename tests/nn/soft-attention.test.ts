// Scoring functions and soft attention as layers: loss and gradients against doubles, what holds for each.
import { describe, expect, test } from '@jest/globals';
import { ShapeError } from '../../src/errors.js';
import { AdditiveScore, BilinearScore, DotScore, ScaledDotScore, type Score } from '../../src/nn/score.js';
import { KeyValueAttention, MultiQueryAttention, SoftAttention } from '../../src/nn/soft-attention.js';
import { mul } from '../../src/ops/binary.js';
import { sum } from '../../src/ops/reduce.js';
import { Generator } from '../../src/tensor/generator.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import {
  additiveScores,
  attention,
  bilinearScores,
  dotScores,
  scaledDotScores,
} from '../reference/scoring.js';
import type { Matrix, ReferenceWeights } from '../reference/transformer.js';
import { expectLossAndGradients } from './gradients.js';
import { cleanTest, list, normals } from './helpers.js';

const generator = (): Generator => new Generator(1);

interface Kind {
  Dq: number;
  make: (home: Score['arena'], D: number, Dq: number) => Score;
  reference: (X: Matrix, q: Float64Array, w: ReferenceWeights) => Float64Array;
}

/** D is 5 below. */
const KINDS: Record<string, Kind> = {
  dot: { Dq: 5, make: (home) => new DotScore(home), reference: dotScores },
  'scaled dot': { Dq: 5, make: (home) => new ScaledDotScore(home), reference: scaledDotScores },
  bilinear: {
    Dq: 3,
    make: (home, D, Dq) => new BilinearScore(home, D, Dq, { generator: generator() }),
    reference: (X, q, w) => bilinearScores(X, q, w.matrix('score.W')),
  },
  additive: {
    Dq: 6,
    make: (home, D, Dq) => new AdditiveScore(home, D, Dq, 7, { generator: generator() }),
    reference: (X, q, w) =>
      additiveScores(X, q, w.matrix('score.W'), w.matrix('score.U'), w.vector('score.v')),
  },
};

/** Rows first, first + 1, ... of a stored tensor whose last size is `width`. */
function rowsOf(w: ReferenceWeights, name: string, width: number, first = 0, count?: number): Matrix {
  const flat = w.vector(name);
  const n = count ?? flat.length / width;
  return Array.from({ length: n }, (_, i) => flat.slice((first + i) * width, (first + i + 1) * width));
}

everyEngine('soft attention', (engine) => {
  const clean = cleanTest(engine);
  const tensor = normals(engine, new Random(6));
  const D = 5;

  describe.each(Object.keys(KINDS))('%s', (name) => {
    const { Dq, make, reference } = KINDS[name];

    test.each([1, 3, 4, 9])('one query over %i inputs', (N) => {
      engine().scope(() => {
        const layer = new SoftAttention(make(engine().arena, D, Dq));
        const [X, q, up] = [tensor(N, D), tensor(Dq), tensor(D)];
        expectLossAndGradients({
          module: layer,
          inputs: { X, q },
          loss: () => sum(mul(layer.forward(X, q).attention, up)),
          reference: (w) => {
            const x = rowsOf(w, 'X', D);
            const { y } = attention(reference(x, w.vector('q'), w), x);
            return y.reduce((s, v, d) => s + v * list(up)[d], 0);
          },
        });
        layer.dispose();
      });
    });

    test('several queries, keys and values of two sequences', () => {
      engine().scope(() => {
        const [B, N, M, Dv] = [2, 4, 3, 6];
        const layer = new KeyValueAttention(make(engine().arena, D, Dq));
        const [K, V, Q, up] = [tensor(B, N, D), tensor(B, N, Dv), tensor(B, M, Dq), tensor(B, M, Dv)];
        const upstream = list(up);
        expectLossAndGradients({
          module: layer,
          inputs: { K, V, Q },
          loss: () => sum(mul(layer.forward(K, V, Q).attention, up)),
          reference: (w) => {
            let total = 0;
            for (let b = 0; b < B; b++)
              for (let m = 0; m < M; m++) {
                const q = rowsOf(w, 'Q', Dq, b * M + m, 1)[0];
                const scores = reference(rowsOf(w, 'K', D, b * N, N), q, w);
                const { y } = attention(scores, rowsOf(w, 'V', Dv, b * N, N));
                total += y.reduce((s, v, d) => s + v * upstream[(b * M + m) * Dv + d], 0);
              }
            return total;
          },
        });
        layer.dispose();
      });
    });
  });

  clean('what is masked has no weight, and changes nothing', () => {
    const layer = new SoftAttention(new AdditiveScore(engine(), D, D, D, { generator: generator() }));
    const [X, q] = [tensor(4, D), tensor(D)];
    const mask = engine().tensor([0, 1, 0, 0], undefined, { dtype: 'bool' });
    const before = layer.forward(X, q, mask);
    expect(before.alpha.toArray()[1]).toBe(0);
    X.data.fill(1e3, D, 2 * D);
    expect(layer.forward(X, q, mask).attention.toArray()).toEqual(before.attention.toArray());
    expect(layer.forward(X, q).attention.toArray()).not.toEqual(before.attention.toArray());
    layer.dispose();
  });

  clean('several queries side by side are each query alone', () => {
    const layer = new MultiQueryAttention(new ScaledDotScore(engine()));
    const [K, V, Q] = [tensor(6, D), tensor(6, 4), tensor(3, D)];
    const { attention: all, alpha } = layer.forward(K, V, Q);
    expect([all.shape, alpha.shape]).toEqual([[12], [3, 6]]);
    const each = (Q.tolist() as number[][]).flatMap((q) =>
      list(new KeyValueAttention(new ScaledDotScore(engine())).forward(K, V, engine().tensor(q)).attention),
    );
    each.forEach((v, i) => {
      expect(list(all)[i]).toBeCloseTo(v, 5);
    });
  });

  clean('keys of the state', () => {
    const keys = (score: Score): string[] => {
      using layer = new SoftAttention(score);
      return [...layer.stateDict().keys()];
    };
    expect(keys(new DotScore(engine()))).toEqual([]);
    expect(keys(new BilinearScore(engine(), 3))).toEqual(['score.W']);
    expect(keys(new AdditiveScore(engine(), 3))).toEqual(['score.W', 'score.U', 'score.v']);
  });

  test('refuses what does not fit', () => {
    engine().scope(() => {
      const layer = new KeyValueAttention(new DotScore(engine()));
      expect(() => layer.forward(tensor(3, 2), tensor(4, 2), tensor(2))).toThrow(/K \[3, 2\] and V \[4, 2\]/);
      const many = new MultiQueryAttention(new DotScore(engine()));
      expect(() => many.forward(tensor(3, 2), tensor(3, 2), tensor(2))).toThrow(ShapeError);
    });
  });
});
