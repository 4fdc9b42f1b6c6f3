// nn.MultiheadAttention with all options: averaged and per-head weights, the streaming path without weights,
// and packed weights, which must give the same bits.
import { MultiheadAttention } from '../../src/nn/attention.js';
import type { MultiheadAttentionCall } from '../../src/nn/attention-options.js';
import type { Arena } from '../../src/tensor/arena.js';
import {
  camelCase,
  excess,
  type Judge,
  type Results,
  sameBits,
  tensorOf,
  tensorsOf,
  testTopic,
} from './pytorch.js';
import type { Case } from './vectors.js';

function layerOf(arena: Arena, c: Case): MultiheadAttention {
  const { embed_dim, num_heads, ...options } = c.config;
  const layer = new MultiheadAttention(arena, embed_dim as number, num_heads as number, camelCase(options));
  layer.loadStateDict(new Map(Object.entries(c.state).map(([key, v]) => [key, tensorOf(arena, v)])));
  return layer;
}

function run(arena: Arena, c: Case): Results {
  const layer = layerOf(arena, c);
  const {
    query,
    key,
    value,
    key_padding_mask: keyPaddingMask,
    attn_mask: attnMask,
  } = tensorsOf(arena, c.inputs);
  const call = (options: MultiheadAttentionCall) =>
    layer.forward(query, key, value, { keyPaddingMask, attnMask, ...options });
  const averaged = call({});
  const perHead = call({ averageAttnWeights: false });
  const streamed = call({ needWeights: false });
  if (streamed.weights !== null) throw new Error('weights that nobody asked for');
  layer.pack();
  const packed = call({ needWeights: false });
  sameBits(packed.output.toArray(), streamed.output.toArray(), 'packed weights');
  layer.dispose();
  return {
    attn_output: averaged.output.toArray(),
    'attn_output (streaming)': streamed.output.toArray(),
    attn_output_weights: averaged.weights!.toArray(),
    attn_output_weights_per_head: perHead.weights!.toArray(),
  };
}

/** Where PyTorch has NaN, the weights are 0 and the output is the bias of the last projection. */
function judge(c: Case): Judge {
  const bias = c.state['out_proj.bias']?.data;
  return (name, actual, expected) => {
    const isOutput = name.startsWith('attn_output') && !name.includes('weights');
    const data = expected.data.map((x, i) =>
      Number.isNaN(x) ? (isOutput && bias ? bias[i % bias.length] : 0) : x,
    );
    return excess(actual, { ...expected, data: data as Float32Array }, 16);
  };
}

testTopic({ topic: 'multihead_attention', run, judge });
