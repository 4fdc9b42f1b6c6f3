import { Graph } from './graph.mjs';
import { linear } from './linear.mjs';

/**
 * c = a·b with b a weight.
 * @param {import('../../contract.d.ts').GemmProblem} problem
 * @returns {Uint8Array} an ONNX model: a (M, K) -> c (M, N)
 */
export function gemmModel({ M, K, N, b, dtype = 'f32' }) {
  const graph = new Graph();
  const a = graph.input('a', 'float32', [M, K]);
  const product = linear(graph, dtype, { name: 'b', data: b, K, N, transposed: false });
  graph.output(graph.op('Identity', [product(a)], {}, 'c'), 'float32', [M, N]);
  return graph.finish();
}
