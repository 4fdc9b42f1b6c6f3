import { Graph } from './graph.mjs';
import { linear as linearOf } from './linear.mjs';

/**
 * A BERT encoder as ONNX, in the form onnxruntime runs fastest: activations stay (B·S, D) so that every linear
 * layer is one `Gemm` with its bias inside, attention is onnxruntime's own fused operator, shapes are fixed, and
 * the position and token-type rows, the same in every run, are added up beforehand.
 * Add + LayerNormalization is left to onnxruntime, which fuses the two itself.  In 8 bits, attention and norms stay f32,
 * as `quantize_dynamic` leaves them.
 *
 * @param {import('../../contract.d.ts').EncoderProblem} problem
 * @returns {Uint8Array} an ONNX model: input_ids (B, S) int64 -> last_hidden_state (B, S, D)
 */
export function encoderModel({ config, weights, batch, length, dtype = 'f32' }) {
  const { hidden_size: D, num_attention_heads: heads, num_hidden_layers: layers } = config;
  const graph = new Graph();
  const shape = (name, dims) => graph.constant(name, [dims.length], BigInt64Array.from(dims.map(BigInt)));
  const find = (name) => {
    const found = weights.get(name);
    if (!found) throw new Error(`encoderModel: no weight named ${name}`);
    return found;
  };
  const weight = (name) => graph.constant(name, find(name).shape, find(name).data);
  const sequence = shape('sequence_shape', [batch, length, D]);
  const rows = shape('rows_shape', [batch * length, D]);
  const linear = (name, x) => {
    const { data, shape } = find(`${name}.weight`);
    const bias = find(`${name}.bias`).data;
    return linearOf(graph, dtype, { name, data, K: shape[1], N: shape[0], transposed: true, bias })(x);
  };
  const layerNorm = (name, x) =>
    graph.op('LayerNormalization', [x, weight(`${name}.weight`), weight(`${name}.bias`)], {
      axis: -1,
      epsilon: { float: config.layer_norm_eps },
    });
  const attention = (name, x) => {
    const project = (part) => graph.op('Reshape', [linear(`${name}.${part}`, x), sequence]);
    const qkv = ['query', 'key', 'value'].map(project);
    return graph.op('Reshape', [
      graph.op('com.microsoft/MultiHeadAttention', qkv, { num_heads: heads }),
      rows,
    ]);
  };

  const ids = graph.input('input_ids', 'int64', [batch, length]);
  const words = graph.op('Gather', [weight('embeddings.word_embeddings.weight'), ids]);
  const positions = graph.constant('position_rows', [1, length, D], positionRows(weights, length, D));
  const embedded = layerNorm('embeddings.LayerNorm', graph.op('Add', [words, positions]));
  let x = graph.op('Reshape', [embedded, rows]);
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `encoder.layer.${layer}`;
    const context = attention(`${prefix}.attention.self`, x);
    const attended = graph.op('Add', [linear(`${prefix}.attention.output.dense`, context), x]);
    x = layerNorm(`${prefix}.attention.output.LayerNorm`, attended);
    const hidden = graph.op('Gelu', [linear(`${prefix}.intermediate.dense`, x)]);
    const fed = graph.op('Add', [linear(`${prefix}.output.dense`, hidden), x]);
    x = layerNorm(`${prefix}.output.LayerNorm`, fed);
  }
  graph.output(graph.op('Reshape', [x, sequence], {}, 'last_hidden_state'), 'float32', [batch, length, D]);
  return graph.finish();
}

/** The rows every sequence adds to its words: position s plus token type 0. */
function positionRows(weights, length, D) {
  const position = weights.get('embeddings.position_embeddings.weight').data;
  const type = weights.get('embeddings.token_type_embeddings.weight').data;
  return Float32Array.from({ length: length * D }, (_, i) => position[i] + type[i % D]);
}
