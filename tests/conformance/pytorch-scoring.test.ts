// The attention of the notes by its ops: scores, the distribution, soft and hard attention, key-value and
// multi-query attention, self-attention, pointing.  Outputs at c = 32, gradients at c = 128.
import { argmax } from '../../src/ops/argmax.js';
import { backward } from '../../src/ops/backward.js';
import { crossEntropy } from '../../src/ops/cross-entropy.js';
import { hardAttentionMax } from '../../src/ops/hard-attention.js';
import { linear } from '../../src/ops/linear.js';
import { pointerDistribution, pointerScores } from '../../src/ops/pointer.js';
import { additiveScore, bilinearScore, dotScore, scaledDotScore } from '../../src/ops/score.js';
import { attend, attentionDistribution } from '../../src/ops/soft-attention.js';
import { logSoftmax } from '../../src/ops/softmax.js';
import { reshape } from '../../src/ops/view.js';
import type { Arena } from '../../src/tensor/arena.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { excess, type Results, tensorOf, testTopic } from './pytorch.js';
import type { Case } from './vectors.js';

type Tensors = Record<string, Tensor>;

/** The scores of keys against a query or several. */
function scoreOf({ op }: Case, keys: Tensor, query: Tensor, { W, U, v }: Tensors): Tensor {
  if (op.endsWith('_additive')) return additiveScore(keys, query, { W, U, v });
  if (op.endsWith('_bilinear')) return bilinearScore(keys, query, W);
  return op.endsWith('_scaled_dot') ? scaledDotScore(keys, query) : dotScore(keys, query);
}

/** Results that have no gradient of their own, and the one that the upstream gradient belongs to. */
type Outcome = Tensors & { last: Tensor };

function attention(c: Case, t: Tensors): Outcome {
  const keys = t.K ?? t.X;
  const values = t.V ?? t.X;
  const scores = scoreOf(c, keys, t.Q ?? t.q, t);
  const distribution = attentionDistribution(scores);
  const last = reshape(attend(distribution, values), c.outputs.attention.shape);
  const soft = { scores, distribution, attention: last, last };
  if (!c.outputs.hard_index) return soft;
  const hard = hardAttentionMax(scores, values.detach());
  return { ...soft, hard_index: hard.index, hard_attention: hard.attention };
}

function selfAttention({ X, Wq, Wk, Wv }: Tensors): Outcome {
  const [q, k, v] = [Wq, Wk, Wv].map((w) => linear(X, w));
  const scores = scaledDotScore(k, q);
  const distribution = attentionDistribution(scores);
  const last = attend(distribution, v);
  return { scores, distribution, attention: last, last };
}

function pointer({ encoder, decoder, mask, target, ...parameters }: Tensors): Outcome {
  const { W1, W2, v } = parameters;
  const scores = pointerScores(encoder, decoder, { W1, W2, v });
  if (target) {
    const loss = crossEntropy(reshape(scores, [-1, scores.shape[2]]), reshape(target, [-1]));
    return { output: loss, last: loss };
  }
  const probabilities = pointerDistribution(encoder, decoder, { W1, W2, v }, mask);
  return {
    scores,
    probabilities,
    log_probabilities: logSoftmax(pointerScores(encoder, decoder, { W1, W2, v }, mask), -1),
    pointed: argmax(probabilities, { dim: -1 }),
    last: probabilities,
  };
}

function run(arena: Arena, c: Case): Results {
  const tensors: Tensors = {};
  for (const [name, v] of Object.entries({ ...c.inputs, ...c.state })) {
    tensors[name] = tensorOf(arena, v);
    tensors[name].requiresGrad = name in c.grads;
  }
  const points = c.op.startsWith('pointer_network');
  const { last, ...outcome } = points
    ? pointer(tensors)
    : c.op === 'self_attention'
      ? selfAttention(tensors)
      : attention(c, tensors);
  backward(last, { gradient: tensors.grad_output });
  const results: Results = {};
  for (const [name, t] of Object.entries(outcome)) results[name] = t.toArray();
  for (const name of Object.keys(c.grads)) results[`d ${name}`] = tensors[name].grad!.toArray();
  return results;
}

testTopic({
  topic: 'scoring',
  run,
  judge: () => (name, actual, expected) => excess(actual, expected, name.startsWith('d ') ? 128 : 32),
});
