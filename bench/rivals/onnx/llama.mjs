import { llamaShapes, llamaTensor } from '../../llama.mjs';
import { Graph } from './graph.mjs';
import { linear as linearOf } from './linear.mjs';

/** Positions that the tables of angles reach to. */
const POSITIONS = 1024;

/**
 * A Llama as onnxruntime's own tools write it: `GroupQueryAttention` with rotation and cache inside,
 * `SimplifiedLayerNormalization` for the RMS norms, and every matrix quantised as `linear.mjs` says; the table that
 * tokens are looked up in stays f32, and of the prompt only the last position goes through the head.
 *
 * @param {import('../../contract.d.ts').DecodeProblem} problem
 * @returns {{ model: Uint8Array, caches: string[] }} input_ids (1, S), past_… (1, G, P, D), seqlens_k,
 *   total_sequence_length -> logits (1, V), present_… (1, G, P + S, D); caches: names after past_ and present_
 */
export function llamaModel({ config, dtype }) {
  const { hidden_size: D, num_attention_heads: H, num_key_value_heads: G, vocab_size: V } = config;
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
  const seqlens = graph.input('seqlens_k', 'int32', [1]);
  const total = graph.input('total_sequence_length', 'int32', []);
  const [cos, sin] = angles(graph, config);
  const caches = [];
  let x = graph.op('Gather', [constant('model.embed_tokens.weight'), ids]);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const of = (part) => `model.layers.${layer}.${part}.weight`;
    const names = [`k_${layer}`, `v_${layer}`];
    caches.push(...names);
    const past = names.map((name) => graph.input(`past_${name}`, 'float32', [1, G, 'P', D / H]));
    const h = norm(of('input_layernorm'), x);
    const qkv = ['q', 'k', 'v'].map((name) => linear(of(`self_attn.${name}_proj`))(h));
    const context = `context_${layer}`;
    graph.node(
      'com.microsoft/GroupQueryAttention',
      [...qkv, ...past, seqlens, total, cos, sin],
      { num_heads: H, kv_num_heads: G, do_rotary: 1 },
      [context, ...names.map((name) => `present_${name}`)],
    );
    for (const name of names) graph.output(`present_${name}`, 'float32', [1, G, 'T', D / H]);
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

/** Cosines and sines (positions, D / 2). @param {Graph} graph */
function angles(graph, { hidden_size: D, num_attention_heads: H, rope_theta: theta }) {
  const half = D / H / 2;
  const angle = (i) => Math.floor(i / half) / theta ** ((i % half) / half);
  return [Math.cos, Math.sin].map((of) =>
    graph.constant(
      of.name,
      [POSITIONS, half],
      Float32Array.from({ length: POSITIONS * half }, (_, i) => of(angle(i))),
    ),
  );
}
