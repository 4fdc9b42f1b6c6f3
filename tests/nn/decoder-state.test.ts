// A decoder that goes step by step gives the bits of one that reads everything again, whatever the settings.
import { expect, test } from '@jest/globals';
import { ArgumentError } from '../../src/errors.js';
import { TransformerDecoderLayer } from '../../src/nn/decoder-layer.js';
import { DecoderState } from '../../src/nn/decoder-state.js';
import { LayerNorm } from '../../src/nn/layernorm.js';
import { Module } from '../../src/nn/module.js';
import { TransformerDecoder } from '../../src/nn/transformer-stack.js';
import { indexSelect } from '../../src/ops/gather.js';
import { cat, narrow } from '../../src/ops/view.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { cleanTest, list, normals } from './helpers.js';

const E = 20;

everyEngine('decoder state', (engine) => {
  const clean = cleanTest(engine);
  const tensor = normals(engine, new Random(41));
  const decoder = (normFirst: boolean): TransformerDecoder => {
    const options = { dimFeedforward: 33, batchFirst: true, normFirst, generator: new Generator(1) };
    const layer = new TransformerDecoderLayer(engine(), E, 4, options);
    const stack = new TransformerDecoder(layer, 2, { norm: normFirst ? new LayerNorm(engine(), E) : null });
    layer.dispose();
    return stack;
  };
  const places = (rows: number[]): Tensor => engine().tensor(rows, undefined, { dtype: 'i32' });

  for (const normFirst of [false, true])
    for (const packed of [false, true])
      clean(`70 steps, normFirst ${normFirst}, packed ${packed}`, () => {
        const net = decoder(normFirst);
        const [memory, target] = [tensor(2, 9, E), tensor(2, 70, E)];
        if (packed) net.forward(target, memory) && net.pack();
        const hidden = engine().tensor([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1], [2, 9], {
          dtype: 'bool',
        });
        const whole = net.forward(target, memory, { tgtIsCausal: true, memoryKeyPaddingMask: hidden });
        const state = new DecoderState(net, memory, hidden, places([0, 1]));
        const steps = Array.from({ length: 70 }, (_, i) => state.step(narrow(target, 1, i, 1)));
        expect(list(cat(steps, 1))).toEqual(list(whole));
        state.dispose();
        net.dispose();
      });

  clean('rows that go on from others', () => {
    const net = decoder(true);
    const memory = tensor(2, 5, E);
    const own = [0, 0, 1, 1];
    const state = new DecoderState(net, memory, null, places(own));
    const first = tensor(4, 1, E);
    const second = tensor(4, 1, E);
    const from = [1, 1, 2, 3];
    state.step(first);
    state.reorder(places(from));
    const y = state.step(second);
    const target = cat([indexSelect(first, 0, places(from)), second], 1);
    const whole = net.forward(target, indexSelect(memory, 0, places(own)), { tgtIsCausal: true });
    expect(list(y)).toEqual(list(narrow(whole, 1, 1, 1)));
    state.dispose();
    net.dispose();
  });

  test('layers of another kind', () => {
    class Own extends Module {
      forward(x: Tensor): Tensor {
        return x;
      }
      clone(): Own {
        return new Own(this.arena);
      }
    }
    engine().scope(() => {
      const net = new TransformerDecoder(new Own(engine()), 1);
      expect(() => new DecoderState(net, tensor(1, 2, E), null, places([0]))).toThrow(ArgumentError);
    });
  });
});
