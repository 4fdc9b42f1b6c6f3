// Gradients go through whole models, loaded and packed as they are: fine-tuning needs no other classes.
import { expect, test } from '@jest/globals';
import { createEngine, DecoderModel, EncoderModel, F, fromPretrained, type Tensor } from '../../src/node.js';
import { expectClose } from '../close.js';
import { tinyDecoder, tinyEncoder } from './tiny.js';

const IDS = [
  [0, 7, 8, 9, 5],
  [0, 5, 6, 4, 2],
];
const attentionMask = [
  [1, 1, 1, 1, 1],
  [1, 1, 1, 1, 0],
];

const DECODER = [
  'model.embed_tokens.weight',
  'model.layers.0.self_attn.k_proj.weight',
  'model.layers.1.mlp.gate_proj.weight',
  'model.layers.2.input_layernorm.weight',
  'lm_head.weight',
];
const ENCODER = [
  'embeddings.position_embeddings.weight',
  'encoder.layer.0.attention.self.query.weight',
  'encoder.layer.1.intermediate.dense.bias',
  'encoder.layer.1.output.LayerNorm.weight',
];

test.each([
  ['decoder', DECODER],
  ['decoder with tied embeddings', ['model.embed_tokens.weight', 'model.layers.0.self_attn.k_proj.weight']],
  ['encoder', ENCODER],
] as const)(
  '%s: the steepest element of each kind of weight, against a central difference',
  async (which, keys) => {
    using engine = await createEngine();
    const config = which.includes('tied') ? { tie_word_embeddings: true } : {};
    const { model } = await fromPretrained(
      engine,
      which === 'encoder' ? tinyEncoder() : tinyDecoder({ config }),
    );
    if (!(model instanceof DecoderModel || model instanceof EncoderModel)) throw new Error('another model');
    model.requiresGrad();
    const loss = (): Tensor => {
      const out = model.forward(IDS, { attentionMask });
      const y = 'logits' in out ? F.logSoftmax(out.logits) : out.lastHiddenState;
      return F.mean(F.mul(y, y));
    };
    engine.scope(() => F.backward(loss()));
    const parameters = new Map(model.namedParameters());
    for (const key of keys) {
      const { tensor, grad } = parameters.get(key)!;
      const gradient = [...grad!.toArray()];
      const steepest = gradient.reduce(
        (best, g, i) => (Math.abs(g) > Math.abs(gradient[best]) ? i : best),
        0,
      );
      const at = (step: number): number =>
        engine.scope(() => {
          const before = tensor.data[steepest];
          tensor.data[steepest] = before + step;
          const value = loss().item();
          tensor.data[steepest] = before;
          return value;
        });
      const h = 2 ** -7;
      const numeric = (at(h) - at(-h)) / (2 * h);
      expectClose([gradient[steepest]], [numeric], { rel: 0.02 }, key);
      expect(Math.abs(numeric)).toBeGreaterThan(1e-3);
    }
  },
);
