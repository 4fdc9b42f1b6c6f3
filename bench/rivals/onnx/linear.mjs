import { int4, int8 } from './quantize.mjs';

/**
 * A product with a constant weight in each of the forms that onnxruntime has for it.  The 8-bit one is what
 * `quantize_dynamic` writes and transformers.js ships: activations are quantised as they come, one scale and zero
 * point a tensor; at load time onnxruntime fuses the five operators into its own `DynamicQuantizeMatMul`.  The 4-bit one
 * is `MatMulNBits`.
 */

/**
 * @typedef {object} LinearWeight
 * @property {string} name
 * @property {Float32Array} data
 * @property {number} K
 * @property {number} N
 * @property {boolean} transposed data is (N, K), as a linear layer stores it, and not (K, N)
 * @property {Float32Array} [bias] (N)
 */

/**
 * @param {import('./graph.mjs').Graph} graph
 * @param {import('../../contract.d.ts').DType} dtype
 * @param {LinearWeight} weight
 * @returns {(x: string) => string} y (M, N) = x (M, K) · B + bias
 */
export function linear(graph, dtype, weight) {
  const { name, N, bias } = weight;
  const b = bias && graph.constant(`${name}.bias`, [N], bias);
  if (dtype === 'f32') return single(graph, weight, b);
  const product = dtype.startsWith('q8') ? dynamicInt8(graph, weight) : blocks4(graph, weight);
  return (x) => (b ? graph.op('Add', [product(x), b]) : product(x));
}

/** `Gemm` and not `MatMul`: onnxruntime packs the weight for both, and Gemm was never slower in either build. */
function single(graph, { name, data, K, N, transposed }, bias) {
  const w = graph.constant(`${name}.weight`, transposed ? [N, K] : [K, N], data);
  return (x) => graph.op('Gemm', bias ? [x, w, bias] : [x, w], transposed ? { transB: 1 } : {});
}

function dynamicInt8(graph, { name, data, K, N, transposed }) {
  const quantized = int8(transposed ? turned(data, N, K) : data, K, N);
  const w = graph.constant(`${name}.weight`, [K, N], quantized.data);
  const scales = graph.constant(`${name}.scale`, [N], quantized.scales);
  const zero = graph.constant(`${name}.zero_point`, [N], new Int8Array(N));
  return (x) => {
    const parts = ['quantized', 'scale', 'zero_point'].map((part) => `${x}.${name}.${part}`);
    graph.node('DynamicQuantizeLinear', [x], {}, parts);
    const sums = graph.op('MatMulInteger', [parts[0], w, parts[2], zero]);
    const scale = graph.op('Mul', [parts[1], scales]);
    return graph.op('Mul', [graph.op('Cast', [sums], { to: 1 }), scale]);
  };
}

function blocks4(graph, { name, data, K, N, transposed }) {
  const { data: bits, scales, shape } = int4((n, k) => data[transposed ? n * K + k : k * N + n], N, K);
  const w = graph.constant(`${name}.weight`, shape, bits);
  const s = graph.constant(`${name}.scale`, [N * shape[1]], scales);
  return (x) =>
    graph.op('com.microsoft/MatMulNBits', [x, w, s], { K, N, bits: 4, block_size: 32, accuracy_level: 4 });
}

/** (N, K) as (K, N) */
function turned(data, N, K) {
  const out = new Float32Array(data.length);
  for (let n = 0; n < N; n++) for (let k = 0; k < K; k++) out[k * N + n] = data[n * K + k];
  return out;
}
