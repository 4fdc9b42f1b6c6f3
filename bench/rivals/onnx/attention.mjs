import { Graph } from './graph.mjs';

/**
 * Attention by onnxruntime's own fused operators: `MultiHeadAttention`, and where heads share keys and values
 * `GroupQueryAttention`, which is always causal and wants to be told the lengths.
 * @param {import('../../contract.d.ts').AttentionProblem} problem
 * @returns {{ model: Uint8Array, lengths: boolean }} q (1, S, H D), k and v (1, S, G D) -> o (1, S, H D)
 */
export function attentionModel({ H, G, S, D, causal }) {
  const graph = new Graph();
  const lengths = H !== G;
  const inputs = Object.entries({ q: H, k: G, v: G }).map(([name, heads]) =>
    graph.input(name, 'float32', [1, S, heads * D]),
  );
  if (lengths) {
    const seqlens = graph.input('seqlens_k', 'int32', [1]);
    const total = graph.input('total_sequence_length', 'int32', []);
    const attributes = { num_heads: H, kv_num_heads: G };
    const outputs = ['o', 'present_k', 'present_v'];
    graph.node('com.microsoft/GroupQueryAttention', [...inputs, '', '', seqlens, total], attributes, outputs);
  } else {
    const attributes = { num_heads: H, unidirectional: causal ? 1 : 0 };
    graph.op('com.microsoft/MultiHeadAttention', inputs, attributes, 'o');
  }
  graph.output('o', 'float32', [1, S, H * D]);
  return { model: graph.finish(), lengths };
}
