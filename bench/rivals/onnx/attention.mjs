import { Graph } from './graph.mjs';

/**
 * Attention by onnxruntime's own fused operators.  Where heads share keys and values that is `GroupQueryAttention` in
 * native code; in WebAssembly it takes ten times as long as `MultiHeadAttention` over repeated ones, which then stands
 * for it.  The first is always causal and wants to be told the lengths.
 * @param {import('../../contract.d.ts').AttentionProblem} problem
 * @param {{ repeat: boolean }} options whether shared heads are repeated
 * @returns {{ model: Uint8Array, lengths: boolean }} q (1, S, H D), k and v (1, S, G D) -> o (1, S, H D)
 */
export function attentionModel({ H, G, S, D, causal }, { repeat }) {
  const graph = new Graph();
  const lengths = H !== G && !repeat;
  const inputs = Object.entries({ q: H, k: G, v: G }).map(([name, heads]) =>
    graph.input(name, 'float32', [1, S, heads * D]),
  );
  if (lengths) {
    const seqlens = graph.input('seqlens_k', 'int32', [1]);
    const total = graph.input('total_sequence_length', 'int32', []);
    const attributes = { num_heads: H, kv_num_heads: G };
    const outputs = ['o', 'present_k', 'present_v'];
    graph.node('com.microsoft/GroupQueryAttention', [...inputs, '', '', seqlens, total], attributes, outputs);
  } else multiHead(graph, inputs, { H, G, D, causal }, 'o');
  graph.output('o', 'float32', [1, S, H * D]);
  return { model: graph.finish(), lengths };
}

/**
 * `MultiHeadAttention` over keys and values that are repeated for the heads that share them.
 * @param {Graph} graph
 * @param {readonly string[]} qkv q (1, L, H D), k and v (1, S, G D)
 * @param {{ H: number, G: number, D: number, causal: boolean }} sizes causal: L is S
 * @param {string} output (1, L, H D)
 * @returns {string}
 */
export function multiHead(graph, [q, k, v], { H, G, D, causal }, output) {
  const integers = (name, values) =>
    graph.constant(name, [values.length], BigInt64Array.from(values, BigInt));
  const repeated = (x) => {
    if (H === G) return x;
    const apart = graph.op('Reshape', [x, integers(`${output}.${x}.apart`, [1, -1, G, 1, D])]);
    const often = graph.op('Expand', [apart, integers(`${output}.${x}.often`, [1, 1, 1, H / G, 1])]);
    return graph.op('Reshape', [often, integers(`${output}.${x}.together`, [1, -1, H * D])]);
  };
  const attributes = { num_heads: H, unidirectional: causal ? 1 : 0 };
  return graph.op('com.microsoft/MultiHeadAttention', [q, repeated(k), repeated(v)], attributes, output);
}
