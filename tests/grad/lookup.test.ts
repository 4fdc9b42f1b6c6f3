// Embedding, rotary positions, pooling over a mask, dropout.
import { describe, expect, test } from '@jest/globals';
import * as F from '../../src/ops/index.js';
import { Generator } from '../../src/tensor/generator.js';
import { everyEngine } from '../engine.js';
import { rotate } from '../reference/rope.js';
import { expectOp } from './op.js';

everyEngine('lookup', (engine) => {
  describe.each([1, 3, 4, 5, 17])('embedding of width %i', (D) => {
    test('rows that occur once, several times, never', () => {
      const ids = [2, 0, 2, 2, 4, 0];
      expectOp({
        engine: engine(),
        operands: [{ shape: [6, D] }],
        op: (w) => F.embedding(engine().tensor(Int32Array.from(ids), [2, 3]), w),
        reference: (w) => ids.flatMap((id) => [...w.subarray(id * D, (id + 1) * D)]),
      });
    });
  });

  test('a weight that is both embedding and output layer gets both gradients', () => {
    const ids = [1, 0];
    expectOp({
      engine: engine(),
      operands: [{ shape: [3, 4] }],
      op: (w) => F.linear(F.embedding(engine().tensor(Int32Array.from(ids)), w), w),
      reference: (w) =>
        ids.flatMap((id) =>
          [0, 1, 2].map((v) => [0, 1, 2, 3].reduce((s, d) => s + w[4 * id + d] * w[4 * v + d], 0)),
        ),
      slopes: { abs: 2e-5, rel: 1e-5 },
    });
  });

  describe.each([false, true])('rope, interleaved %p', (interleaved) => {
    test.each([
      [2, 2],
      [4, 4],
      [10, 10],
      [9, 6],
      [16, 16],
    ])('heads of %i, %i of which turn', (D, size) => {
      const [B, H, L] = [2, 2, 3];
      const half = size / 2;
      const angles = Array.from({ length: L * half }, (_, i) => 0.3 + 0.7 * i);
      const [cos, sin] = [angles.map(Math.cos), angles.map(Math.sin)].map((t) => Float32Array.from(t));
      expectOp({
        engine: engine(),
        operands: [{ shape: [B, H, L, D] }],
        op: (x) =>
          F.applyRope(
            x,
            { cos: engine().tensor(cos, [L, half]), sin: engine().tensor(sin, [L, half]) },
            { interleaved },
          ),
        reference: (x) =>
          Array.from({ length: B * H * L }, (_, row) => {
            const l = (row % L) * half;
            const [c, s] = [cos, sin].map((t) => t.subarray(l, l + half));
            return rotate(x.subarray(row * D, (row + 1) * D), c, s, interleaved);
          }).flat(),
      });
    });
  });

  describe('pool', () => {
    const [B, S, D] = [2, 4, 5];
    const mask = [1, 1, 1, 0, 1, 0, 0, 0];
    const share: Record<string, (count: number, s: number, weight: number) => number> = {
      mean: (count) => 1 / count,
      mean_sqrt_len: (count) => 1 / Math.sqrt(count),
      weightedmean: (_, s, weight) => (s + 1) / weight,
    };
    test.each(Object.keys(share) as ('mean' | 'mean_sqrt_len' | 'weightedmean')[])('%s', (mode) => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [B, S, D] }],
        op: (x) => F.pool(x, engine().tensor(Int32Array.from(mask), [B, S]), mode),
        reference: (x) => {
          const y = new Float64Array(B * D);
          for (let b = 0; b < B; b++) {
            const kept = [0, 1, 2, 3].filter((s) => mask[b * S + s]);
            const weight = kept.reduce((sum, s) => sum + s + 1, 0);
            for (const s of kept)
              for (let d = 0; d < D; d++)
                y[b * D + d] += share[mode](kept.length, s, weight) * x[(b * S + s) * D + d];
          }
          return y;
        },
      });
    });
  });

  test('dropout: what is kept is scaled, and so is its gradient; the rest gets none', () => {
    engine().scope(() => {
      const n = 1000;
      const x = engine().ones([n]);
      x.requiresGrad = true;
      const y = F.dropout(x, 0.25, new Generator(9));
      F.backward(F.sum(y));
      expect(x.grad!.toArray()).toEqual(y.toArray());
      const kept = y.toArray().filter((v) => v !== 0);
      expect(new Set(kept)).toEqual(new Set([Math.fround(4 / 3)]));
      expect(kept.length).toBeGreaterThan(700);
      expect(kept.length).toBeLessThan(800);
    });
  });
});
