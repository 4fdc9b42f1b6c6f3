import { Graph } from './graph.mjs';

/**
 * c = a·b with b a weight. `Gemm` and not `MatMul`: onnxruntime packs the weight for both, and Gemm was never
 * slower in either build.
 * @param {import('../../contract.d.ts').GemmProblem} problem
 * @returns {Uint8Array} an ONNX model: a (M, K) -> c (M, N)
 */
export function gemmModel({ M, K, N, b }) {
  const graph = new Graph();
  const a = graph.input('a', 'float32', [M, K]);
  const c = graph.op('Gemm', [a, graph.constant('b', [K, N], b)], {}, 'c');
  graph.output(c, 'float32', [M, N]);
  return graph.finish();
}
