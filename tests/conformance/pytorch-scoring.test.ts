// The attention of the notes by ops alone: dot, scaled dot and bilinear scores, soft, hard, key-value and multi-query
// attention, self-attention.  Outputs at c = 32, gradients at c = 128.
import { argmax } from '../../src/ops/argmax.js';
import { attentionWithWeights } from '../../src/ops/attention.js';
import { backward } from '../../src/ops/backward.js';
import { mul } from '../../src/ops/binary.js';
import { embedding } from '../../src/ops/embedding.js';
import { linear } from '../../src/ops/linear.js';
import { matmul } from '../../src/ops/matmul.js';
import { reshape, transpose } from '../../src/ops/view.js';
import type { Arena } from '../../src/tensor/arena.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { excess, type Results, tensorOf, testTopic } from './pytorch.js';
import type { Case } from './vectors.js';

type Tensors = Record<string, Tensor>;

interface Roles {
  /** (M, D), (N, D), (N, Dv) */
  queries: Tensor;
  keys: Tensor;
  values: Tensor;
  scale: number;
}

function rolesOf(c: Case, t: Tensors): Roles {
  if (c.op === 'self_attention') {
    const [queries, keys, values] = [t.Wq, t.Wk, t.Wv].map((w) => linear(t.X, w));
    return { queries, keys, values, scale: 1 / Math.sqrt(c.config.Dk as number) };
  }
  const given = t.Q ?? reshape(t.q, [1, -1]);
  // x W q is the dot product of x and W q.
  const queries = c.op.endsWith('_bilinear') ? linear(given, t.W) : given;
  const scale = c.op.endsWith('_scaled_dot') ? 1 / Math.sqrt(c.config.D as number) : 1;
  return { queries, keys: t.K ?? t.X, values: t.V ?? t.X, scale };
}

function run(arena: Arena, c: Case): Results {
  const tensors: Tensors = {};
  for (const [name, v] of Object.entries({ ...c.inputs, ...c.state })) {
    tensors[name] = tensorOf(arena, v);
    tensors[name].requiresGrad = name in c.grads;
  }
  const { queries, keys, values, scale } = rolesOf(c, tensors);
  const scores = mul(matmul(queries, transpose(keys, 0, 1)), scale);
  const { output, weights } = attentionWithWeights(queries, keys, values, { scale });
  const flat = reshape(output, c.outputs.attention.shape);
  backward(flat, { gradient: tensors.grad_output });
  const results: Results = {
    scores: scores.toArray(),
    distribution: weights.toArray(),
    attention: flat.toArray(),
  };
  if (c.outputs.hard_index) {
    const index = argmax(scores, { dim: -1 });
    results.hard_index = index.toArray();
    results.hard_attention = embedding(index, values.detach()).toArray();
  }
  for (const name of Object.keys(c.grads)) results[`d ${name}`] = tensors[name].grad!.toArray();
  return results;
}

testTopic({
  topic: 'scoring',
  run,
  judge: () => (name, actual, expected) => excess(actual, expected, name.startsWith('d ') ? 128 : 32),
  pending: ({ op }) => {
    if (op.startsWith('pointer_network')) return 'pointer networks come with the attention mechanisms';
    return op.endsWith('_additive') ? 'additive scores come with the attention mechanisms' : null;
  },
});
