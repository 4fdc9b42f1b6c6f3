// Encoder, decoder, Transformer beyond the PyTorch vectors: structure, invariances bit for bit, ownership.
import { describe, expect, test } from '@jest/globals';
import { TransformerDecoderLayer } from '../../src/nn/decoder-layer.js';
import { TransformerEncoderLayer } from '../../src/nn/encoder-layer.js';
import { LayerNorm } from '../../src/nn/layernorm.js';
import { Module } from '../../src/nn/module.js';
import { Transformer } from '../../src/nn/transformer.js';
import type { TransformerLayerOptions } from '../../src/nn/transformer-parts.js';
import { TransformerDecoder, TransformerEncoder } from '../../src/nn/transformer-stack.js';
import { activation } from '../../src/ops/activation.js';
import { backward } from '../../src/ops/backward.js';
import { sum } from '../../src/ops/reduce.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { cleanTest, normals } from './helpers.js';

const E = 24;
const SMALL = { dimFeedforward: 40, batchFirst: true } as const;

everyEngine('Transformer', (engine) => {
  const random = new Random(3);
  const tensor = normals(engine, random);
  const encoderLayer = (options: TransformerLayerOptions = {}): TransformerEncoderLayer =>
    new TransformerEncoderLayer(engine(), E, 3, { ...SMALL, generator: new Generator(1), ...options });

  const clean = cleanTest(engine);

  describe('a text has the same bits alone, in a batch, and padded', () => {
    // Lengths around the kernels' tiles: of rows, of keys, of panels.
    const lengths = [1, 2, 3, 15, 16, 17, 63, 64, 65, 71];
    const longest = 80;
    for (const normFirst of [false, true])
      for (const packed of [false, true])
        clean(`normFirst ${normFirst}, packed ${packed}`, () => {
          const layer = encoderLayer({ normFirst, activation: 'gelu' });
          const stack = new TransformerEncoder(layer, 2, { norm: new LayerNorm(engine(), E) });
          if (packed) stack.forward(tensor(1, 1, E)) && stack.pack();
          const texts = lengths.map((n) => random.normal(n * E));
          const alone = texts.map((t, i) => stack.forward(engine().tensor(t, [1, lengths[i], E])).toArray());

          const padded = new Float32Array(lengths.length * longest * E);
          const ignored = new Uint8Array(lengths.length * longest);
          texts.forEach((t, i) => {
            padded.set(t, i * longest * E);
            // What stands in the padding must not matter.
            padded.fill(i % 2 ? 1e6 : -3, i * longest * E + t.length, (i + 1) * longest * E);
            ignored.fill(1, i * longest + lengths[i], (i + 1) * longest);
          });
          const src = engine().tensor(padded, [lengths.length, longest, E]);
          const mask = engine().tensor(ignored, [lengths.length, longest], { dtype: 'bool' });
          const batch = stack.forward(src, { srcKeyPaddingMask: mask }).toArray();
          for (const [i, n] of lengths.entries())
            expect(batch.slice(i * longest * E, (i * longest + n) * E)).toEqual(alone[i]);
          // The proof that this can fail: without the mask the padding is seen.
          expect(stack.forward(src).toArray().slice(0, E)).not.toEqual(alone[0]);
          for (const m of [layer, stack]) m.dispose();
        });
  });

  clean('a causal encoder does not see what comes later, bit for bit', () => {
    const layer = encoderLayer();
    const x = tensor(1, 70, E);
    const cut = engine().tensor(x.toArray().slice(0, 33 * E), [1, 33, E]);
    const whole = layer.forward(x, { isCausal: true }).toArray();
    expect(layer.forward(cut, { isCausal: true }).toArray()).toEqual(whole.slice(0, 33 * E));
    const srcMask = Transformer.generateSquareSubsequentMask(engine(), 70);
    expect(layer.forward(x, { srcMask }).toArray()).toEqual(whole);
    expect(layer.forward(x).toArray()).not.toEqual(whole);
    layer.dispose();
  });

  clean('an activation is a name or a function', () => {
    const [named, given] = ['gelu' as const, (x: Tensor) => activation(x, 'gelu')].map((a) =>
      encoderLayer({ activation: a }),
    );
    given.loadStateDict(named.stateDict());
    const x = tensor(2, 5, E);
    expect(given.forward(x).toArray()).toEqual(named.forward(x).toArray());
    expect(() => encoderLayer({ activation: 'glu' as 'gelu' })).toThrow(/activation must be one of .*"glu"/);
    for (const m of [named, given]) m.dispose();
  });

  clean('undefined options are defaults', () => {
    const layer = new TransformerEncoderLayer(engine(), 4, 2, { dimFeedforward: undefined, bias: undefined });
    expect(layer.linear1.weight.shape).toEqual([2048, 4]);
    expect(layer.norm1.bias).not.toBeNull();
    expect(layer.dropout1.p).toBe(0.1);
  });

  clean('bias: false leaves no bias anywhere', () => {
    const keys = [...encoderLayer({ bias: false }).namedParameters()].map(([key]) => key);
    expect(keys).toEqual([
      'self_attn.in_proj_weight',
      'self_attn.out_proj.weight',
      'linear1.weight',
      'linear2.weight',
      'norm1.weight',
      'norm2.weight',
    ]);
  });

  clean('without a batch', () => {
    const encoder = encoderLayer({ batchFirst: false, normFirst: true });
    const decoder = new TransformerDecoderLayer(engine(), E, 3, { dimFeedforward: 8 });
    const [x, y] = [random.normal(5 * E), random.normal(7 * E)];
    const [x2, x3] = [
      [5, E],
      [5, 1, E],
    ].map((shape) => engine().tensor(x, shape));
    const [y2, y3] = [
      [7, E],
      [7, 1, E],
    ].map((shape) => engine().tensor(y, shape));
    expect(encoder.forward(x2).shape).toEqual([5, E]);
    expect(encoder.forward(x2).toArray()).toEqual(encoder.forward(x3).toArray());
    expect(decoder.forward(x2, y2).toArray()).toEqual(decoder.forward(x3, y3).toArray());
    for (const m of [encoder, decoder]) m.dispose();
  });

  describe('stacks', () => {
    clean('layers start alike and are their own', () => {
      const pattern = encoderLayer();
      const stack = new TransformerEncoder(pattern, 2);
      const [a, b] = stack.layers as TransformerEncoderLayer[];
      expect(a.linear1.weight.tensor.toArray()).toEqual(b.linear1.weight.tensor.toArray());
      expect(pattern.linear1.weight.materialized).toBe(false);
      a.linear1.weight.tensor.data.fill(0);
      expect(b.linear1.weight.tensor.toArray()).toEqual(pattern.linear1.weight.tensor.toArray());
      // A pattern that holds values gives those.
      pattern.linear1.weight.tensor.data.fill(2);
      const copy = pattern.clone();
      expect(copy.linear1.weight.tensor.toArray()[3]).toBe(2);
      for (const m of [pattern, stack, copy]) m.dispose();
    });

    clean('are the layers one after the other', () => {
      const stack = new TransformerEncoder(encoderLayer({ generator: new Generator(2) }), 3, {
        norm: new LayerNorm(engine(), E),
      });
      for (const p of stack.parameters()) p.set(tensor(...p.shape));
      const src = tensor(2, 5, E);
      const steps = [...stack.layers, stack.norm!].reduce((x, layer) => layer.forward(x), src);
      expect(stack.forward(src).toArray()).toEqual(steps.toArray());
      expect(src.disposed).toBe(false);
      stack.dispose();
    });

    clean('of no layers give what they get', () => {
      const x = tensor(1, 2, E);
      expect(new TransformerEncoder(encoderLayer(), 0).forward(x)).toBe(x);
      expect(() => new TransformerEncoder(encoderLayer(), 1.5)).toThrow(/numLayers .*got 1.5/);
    });

    clean('hold layers of your own', () => {
      class Twice extends Module {
        forward(x: Tensor): Tensor {
          return engine().tensor(
            x.toArray().map((v) => 2 * v),
            x.shape,
          );
        }
        clone(): Twice {
          return new Twice(this);
        }
      }
      const x = tensor(1, 2, E);
      const expected = x.toArray().map((v) => 8 * v);
      expect(new TransformerEncoder(new Twice(engine()), 3).forward(x).toArray()).toEqual(expected);
      expect(new TransformerDecoder(new Twice(engine()), 3).forward(x, x).toArray()).toEqual(expected);
    });
  });

  describe('training', () => {
    clean('dropout acts in training only, and by the seed', () => {
      const x = tensor(2, 5, E);
      const make = (seed: number): TransformerEncoderLayer => {
        const layer = encoderLayer({ generator: new Generator(seed) });
        for (const [i, p] of layer.parameters().entries())
          p.set(engine().tensor(new Random(i).normal(p.numel), p.shape));
        return layer;
      };
      const run = (seed: number, train: boolean): ArrayLike<number> => {
        const layer = make(seed).train(train);
        const y = layer.forward(x).toArray();
        layer.dispose();
        return y;
      };
      expect(run(1, false)).toEqual(run(2, false));
      expect(run(1, true)).toEqual(run(1, true));
      expect(run(1, true)).not.toEqual(run(2, true));
      expect(run(1, true)).not.toEqual(run(1, false));
    });

    clean('gradients reach every parameter, and a step gives back what it takes', () => {
      const model = new Transformer(engine(), {
        ...SMALL,
        dModel: E,
        nhead: 3,
        numEncoderLayers: 1,
        numDecoderLayers: 1,
        dropout: 0.1,
      });
      model.requiresGrad().train();
      const [src, tgt] = [tensor(2, 5, E), tensor(2, 4, E)];
      const step = (): number => {
        engine().scope(() => backward(sum(model.forward(src, tgt, { tgtIsCausal: true }))));
        return engine().memory.blocks;
      };
      const first = step();
      expect([step(), step()]).toEqual([first, first]);
      for (const [key, p] of model.namedParameters()) expect([key, p.grad?.shape]).toEqual([key, p.shape]);
      model.dispose();
    });
  });

  describe('Transformer', () => {
    clean('starts Glorot-uniform, and keeps what a custom part holds', () => {
      const norm = new LayerNorm(engine(), E);
      const customEncoder = new TransformerEncoder(encoderLayer(), 1, { norm });
      const held = (customEncoder.layers[0] as TransformerEncoderLayer).linear1.weight.tensor.toArray();
      const model = new Transformer(engine(), {
        ...SMALL,
        dModel: E,
        nhead: 3,
        numDecoderLayers: 2,
        customEncoder,
      });
      expect(model.encoder).toBe(customEncoder);
      expect(model.stateDict().get('encoder.layers.0.linear1.weight')!.toArray()).toEqual(held);
      const [a, b] = [0, 1].map((i) =>
        model.stateDict().get(`decoder.layers.${i}.linear1.weight`)!.toArray(),
      );
      const bound = Math.sqrt(6 / (E + 40));
      const most = Math.max(...Array.from(a, Math.abs));
      expect(most).toBeLessThanOrEqual(bound);
      expect(most).toBeGreaterThan(0.98 * bound);
      expect(a).not.toEqual(b);
      model.dispose();
    });

    clean('has the sizes of the paper unless told otherwise', () => {
      const model = new Transformer(engine());
      expect([model.dModel, model.nhead]).toEqual([512, 8]);
      const keys = [...model.namedParameters()];
      expect(keys.length).toBe(6 * 12 + 2 + 6 * 18 + 2);
      expect(new Map(keys).get('decoder.layers.5.linear2.weight')!.shape).toEqual([512, 2048]);
    });

    test('the causal mask', () => {
      engine().scope(() => {
        const inf = Number.NEGATIVE_INFINITY;
        expect(Transformer.generateSquareSubsequentMask(engine(), 3).tolist()).toEqual([
          [0, inf, inf],
          [0, 0, inf],
          [0, 0, 0],
        ]);
      });
    });

    test.each([
      [[2, 3, 8], [2, 4, 7], /\[2, 3, 8\] and tgt \[2, 4, 7\] must end in dModel = 8/],
      [[2, 3, 8], [1, 4, 8], /differ in their batch size, dimension 0/],
      [[2, 3, 8], [4, 8], /three dimensions, or two/],
      [[8], [8], /three dimensions, or two/],
    ])('refuses src %j with tgt %j', (src, tgt, message) => {
      engine().scope(() => {
        const model = new Transformer(engine(), {
          dModel: 8,
          nhead: 2,
          numEncoderLayers: 1,
          numDecoderLayers: 1,
          batchFirst: true,
        });
        expect(() => model.forward(tensor(...src), tensor(...tgt))).toThrow(message);
        model.dispose();
      });
    });
  });
});
