// A training step gives back what it takes: the tenth holds as much as the third, to the byte, and so does a step
// that fails half-way.  And attention trains in memory that grows with the length, not with its square.
import { describe, expect, test } from '@jest/globals';
import type { DecoderModel } from '../../src/models/base.js';
import { createModel } from '../../src/models/registry.js';
import * as nn from '../../src/nn/index.js';
import * as F from '../../src/ops/index.js';
import { AdamW, clipGradNorm_ } from '../../src/optim/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';

everyEngine('memory of training', (engine) => {
  /** Steps of AdamW; what is in use after each. */
  function trace(model: nn.Module, loss: () => Tensor, steps = 10): number[][] {
    const { arena } = engine();
    const optimizer = new AdamW(model.parameters(), { lr: 1e-3 });
    const after = Array.from({ length: steps }, () => {
      engine().scope(() => {
        optimizer.zeroGrad();
        const y = loss();
        F.backward(y);
        clipGradNorm_(model.parameters(), 1);
        optimizer.step();
        expect(y.item()).toBeGreaterThan(0);
      });
      const { used, blocks, reserved } = arena.stats;
      return [used, blocks, reserved];
    });
    optimizer.dispose();
    return after;
  }

  const steady = (after: number[][]): void => {
    // The first steps make gradients and optimiser state, and the scratch grows to its size.
    for (const now of after.slice(3)) expect(now).toEqual(after[2]);
  };

  test('a Transformer block with every kind of parameter, masks and dropout', () => {
    const { arena } = engine();
    const before = arena.stats.used;
    const layer = new nn.TransformerDecoderLayer(arena, 16, 4, { dimFeedforward: 32, dropout: 0.1 });
    layer.requiresGrad().train();
    const [x, memory] = [7, 5].map((n) => engine().tensor(new Random(n).normal(2 * n * 16), [n, 2, 16]));
    const [B, L, S] = [2, 7, 5];
    steady(
      trace(layer, () => {
        const tgtMask = F.triu(engine().ones([L, L]), 1);
        const memoryKeyPaddingMask = engine().tensor(
          Uint8Array.from({ length: B * S }, (_, i) => Number(i === B * S - 1)),
          [B, S],
          { dtype: 'bool' },
        );
        const y = layer.forward(x, memory, { tgtMask: F.to(tgtMask, 'bool'), memoryKeyPaddingMask });
        return F.mean(F.square(y));
      }),
    );
    layer.dispose();
    for (const t of [x, memory]) t.dispose();
    // Nothing but the scratch is left.
    expect(arena.stats.used - before).toBeLessThan(200_000);
  });

  test('a whole GPT', () => {
    const model = createModel(engine().arena, {
      model_type: 'gpt2',
      vocab_size: 11,
      n_positions: 8,
      n_embd: 16,
      n_layer: 2,
      n_head: 2,
    }) as DecoderModel;
    model.requiresGrad();
    const ids = Int32Array.from({ length: 16 }, (_, i) => (i * 5) % 11);
    steady(
      trace(model, () => {
        const { logits } = model.forward(engine().tensor(ids, [2, 8]));
        return F.crossEntropy(F.flatten(logits, 0, 1), engine().tensor(ids));
      }),
    );
    model.dispose();
  });

  test('a forward pass without a backward, and one that throws', () => {
    const { arena } = engine();
    const layer = new nn.TransformerEncoderLayer(arena, 8, 2, {
      dimFeedforward: 8,
      dropout: 0,
    }).requiresGrad();
    const x = engine().tensor(new Random(3).normal(24), [3, 1, 8]);
    const once = (fails: boolean) => () =>
      engine().scope(() => {
        const y = layer.forward(x);
        if (fails) throw new Error('half-way');
        return y.shape;
      });
    once(false)();
    const { used, blocks } = arena.stats;
    for (let i = 0; i < 5; i++) {
      once(false)();
      expect(once(true)).toThrow('half-way');
    }
    expect([arena.stats.used, arena.stats.blocks]).toEqual([used, blocks]);
    layer.dispose();
    x.dispose();
  });

  describe('attention', () => {
    /** Bytes at the peak of one forward and backward pass, over what was there before. */
    const peak = (L: number): number => {
      const { arena } = engine();
      return engine().scope(() => {
        const leaf = () => engine().tensor(new Float32Array(2 * L * 8), [2, L, 8], { requiresGrad: true });
        const [q, k, v] = [leaf(), leaf(), leaf()];
        const { used } = arena.stats;
        F.backward(F.scaledDotProductAttention(q, k, v, { isCausal: true }), {
          gradient: engine().ones([2, L, 8]),
        });
        return arena.stats.peak - used;
      });
    };

    test('never holds a matrix of the scores', () => {
      const L = 4096;
      // Output, its gradient, three gradients twice (on their way and kept), two numbers a row, scratch:
      // about 200 bytes a position and head, where the matrix alone would take four times 4096.
      peak(64);
      expect(peak(L)).toBeLessThan(2 * L * 400 + 400_000);
      expect(2 * L * L * 4).toBeGreaterThan(20 * (2 * L * 400 + 400_000));
    });
  });
});
