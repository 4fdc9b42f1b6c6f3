import { llamaShapes, llamaTensor } from '../../llama.mjs';
import { multiHead } from './attention.mjs';
import { Graph } from './graph.mjs';
import { linear as linearOf } from './linear.mjs';

/** Positions that the tables of angles reach to. */
const POSITIONS = 1024;

/**
 * A Llama in the form onnxruntime's WebAssembly runs fastest: its own `RotaryEmbedding`, `MultiHeadAttention` (see
 * attention.mjs) and `SimplifiedLayerNormalization`, keys and values of the past put before the new ones, and every
 * matrix quantised as linear.mjs says.  The table that tokens are looked up in stays f32, and of the prompt only the
 * last position goes through the head.
 *
 * @param {import('../../contract.d.ts').DecodeProblem} problem
 * @param {{ prompt: boolean }} options a model for a whole prompt, without a past, or for one token behind a past
 * @returns {{ model: Uint8Array, caches: string[] }} input_ids (1, S), position (1), past_… (1, P, G D)
 *   -> logits (1, V), present_… (1, P + S, G D); caches: names after past_ and present_
 */
export function llamaModel({ config, dtype }, { prompt }) {
  const { hidden_size: width, num_attention_heads: H, num_key_value_heads: G, vocab_size: V } = config;
  const D = width / H;
  const graph = new Graph();
  const shapes = llamaShapes(config);
  const constant = (key) => graph.constant(key, shapes.get(key) ?? [], llamaTensor(config, key));
  const linear = (key, name = key) => {
    const [N, K] = shapes.get(key) ?? [];
    return linearOf(graph, dtype, { name, data: llamaTensor(config, key), K, N, transposed: true });
  };
  const norm = (key, x) =>
    graph.op('SimplifiedLayerNormalization', [x, constant(key)], {
      axis: -1,
      epsilon: { float: config.rms_norm_eps },
    });

  const ids = graph.input('input_ids', 'int64', [1, 'S']);
  const position = graph.input('position', 'int64', [1]);
  const tables = angles(graph, D, config.rope_theta);
  const rotate = (x) => graph.op('com.microsoft/RotaryEmbedding', [x, position, ...tables]);
  /** @type {string[]} */
  const caches = [];
  const remember = (name, x) => {
    caches.push(name);
    const present = `present_${name}`;
    if (prompt) graph.op('Identity', [x], {}, present);
    else
      graph.op('Concat', [graph.input(`past_${name}`, 'float32', [1, 'P', G * D]), x], { axis: 1 }, present);
    graph.output(present, 'float32', [1, 'T', G * D]);
    return present;
  };
  let x = graph.op('Gather', [constant('model.embed_tokens.weight'), ids]);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const of = (part) => `model.layers.${layer}.${part}.weight`;
    const h = norm(of('input_layernorm'), x);
    const [q, k, v] = ['q', 'k', 'v'].map((name) => linear(of(`self_attn.${name}_proj`))(h));
    const qkv = [rotate(q), remember(`k_${layer}`, rotate(k)), remember(`v_${layer}`, v)];
    const context = multiHead(graph, qkv, { H, G, D, causal: prompt }, `context_${layer}`);
    x = graph.op('Add', [x, linear(of('self_attn.o_proj'))(context)]);
    const h2 = norm(of('post_attention_layernorm'), x);
    const gate = graph.op('com.microsoft/QuickGelu', [linear(of('mlp.gate_proj'))(h2)], {
      alpha: { float: 1 },
    });
    const hidden = graph.op('Mul', [gate, linear(of('mlp.up_proj'))(h2)]);
    x = graph.op('Add', [x, linear(of('mlp.down_proj'))(hidden)]);
  }
  const last = graph.op('Gather', [x, graph.constant('last', [], BigInt64Array.of(-1n))], { axis: 1 });
  const logits = linear('model.embed_tokens.weight', 'lm_head')(norm('model.norm.weight', last));
  graph.output(graph.op('Identity', [logits], {}, 'logits'), 'float32', [1, V]);
  return { model: graph.finish(), caches };
}

/** Cosines and sines (positions, D / 2). @param {Graph} graph @param {number} D @param {number} theta */
function angles(graph, D, theta) {
  const half = D / 2;
  const angle = (i) => Math.floor(i / half) / theta ** ((i % half) / half);
  return [Math.cos, Math.sin].map((of) =>
    graph.constant(
      of.name,
      [POSITIONS, half],
      Float32Array.from({ length: POSITIONS * half }, (_, i) => of(angle(i))),
    ),
  );
}
