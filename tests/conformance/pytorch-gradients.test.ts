// Outputs at c = 16 or an op's own bound, and gradients at c = 64, through the tape.
import { MultiheadAttention } from '../../src/nn/attention.js';
import { Embedding } from '../../src/nn/embedding.js';
import { Linear } from '../../src/nn/linear.js';
import type { Module } from '../../src/nn/module.js';
import { activation } from '../../src/ops/activation.js';
import { scaledDotProductAttention } from '../../src/ops/attention.js';
import { backward } from '../../src/ops/backward.js';
import { crossEntropy } from '../../src/ops/cross-entropy.js';
import { layerNorm, rmsNorm } from '../../src/ops/norm.js';
import { logSoftmax, softmax } from '../../src/ops/softmax.js';
import { erf } from '../../src/ops/unary.js';
import type { Arena } from '../../src/tensor/arena.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { elementExcess } from './bounds.js';
import { build } from './layers.js';
import { camelCase, excess, type Results, tensorOf, testTopic } from './pytorch.js';
import type { Case } from './vectors.js';

type Tensors = Record<string, Tensor>;

/** The output of a case, and its module if it has one, whose parameters hold the gradients of the state. */
function forward(arena: Arena, c: Case, inputs: Tensors, state: Tensors): { output: Tensor; layer?: Module } {
  const { input: x } = inputs;
  const { eps, dim } = c.config as { eps: number; dim: number };
  switch (c.op) {
    case 'scaled_dot_product_attention': {
      const { query, key, value, attn_mask: attnMask } = inputs;
      // The causal case gives its mask as well: the two exclude each other.
      const options = c.config.is_causal ? { isCausal: true } : { attnMask };
      return { output: scaledDotProductAttention(query, key, value, options) };
    }
    case 'nn.MultiheadAttention': {
      const { embed_dim, num_heads, ...options } = c.config;
      const layer = new MultiheadAttention(
        arena,
        embed_dim as number,
        num_heads as number,
        camelCase(options),
      );
      load(layer, state);
      const { query, key, value, key_padding_mask: keyPaddingMask, attn_mask: attnMask } = inputs;
      const call = { keyPaddingMask, attnMask, needWeights: false };
      return { layer, output: layer.forward(query, key, value, call).output };
    }
    case 'nn.TransformerEncoderLayer':
    case 'nn.TransformerDecoderLayer': {
      const { layer, forward } = build(arena, c);
      layer.requiresGrad();
      return { layer, output: forward(inputs) };
    }
    case 'nn.Linear': {
      const layer = new Linear(arena, c.config.in_features as number, c.config.out_features as number);
      load(layer, state);
      return { layer, output: layer.forward(x) };
    }
    case 'embedding': {
      const { num_embeddings, embedding_dim } = c.config as Record<string, number>;
      const layer = new Embedding(arena, num_embeddings, embedding_dim);
      load(layer, state);
      return { layer, output: layer.forward(x) };
    }
    case 'cross_entropy':
      return { output: crossEntropy(x, inputs.target, camelCase(c.config)) };
    case 'layer_norm':
      return {
        output: layerNorm(x, c.config.normalized_shape as number[], state.weight, state.bias, { eps }),
      };
    case 'rms_norm':
      return { output: rmsNorm(x, state.weight.shape, state.weight, { eps }) };
    case 'softmax':
      return { output: softmax(x, dim) };
    case 'log_softmax':
      return { output: logSoftmax(x, dim) };
    case 'erf':
      return { output: erf(x) };
    case 'gelu':
    case 'gelu_tanh':
    case 'silu':
    case 'tanh':
    case 'sigmoid':
    case 'relu':
      return { output: activation(x, c.op) };
    default:
      throw new Error(`no op for ${c.op}`);
  }
}

function load(layer: Module, state: Tensors): void {
  layer.loadStateDict(new Map(Object.entries(state)));
  layer.requiresGrad();
}

function run(arena: Arena, c: Case): Results {
  const leaves = (vectors: Case['inputs']): Tensors =>
    Object.fromEntries(
      Object.entries(vectors).map(([name, v]) => {
        const t = tensorOf(arena, v);
        t.requiresGrad = name in c.grads;
        return [name, t];
      }),
    );
  const { grad_output: gradient, ...inputs } = leaves(c.inputs);
  const state = leaves(c.state);
  const { output, layer } = forward(arena, c, inputs, state);
  backward(output, { gradient });
  const parameters = new Map(layer?.namedParameters());
  const results: Results = { output: output.toArray() };
  for (const name of Object.keys(c.grads)) {
    const grad = parameters.get(name)?.grad ?? (inputs[name] ?? state[name])?.grad;
    if (!grad) throw new Error(`${name} has no gradient`);
    results[`d ${name}`] = grad.toArray();
  }
  layer?.dispose();
  return results;
}

testTopic({
  topic: 'gradients',
  run,
  judge: (c) => (name, actual, expected) =>
    name.startsWith('d ')
      ? excess(actual, expected, 64)
      : (elementExcess(c.op, actual, expected, c.inputs.input) ?? excess(actual, expected, 16)),
});
