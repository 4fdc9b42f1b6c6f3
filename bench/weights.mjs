import { normal } from './random.mjs';

/**
 * Random weights of a BERT encoder under their Hugging Face names.
 *
 * Linear weights have variance 1/fan-in, so activations and attention scores keep a spread of about one through
 * all layers: with the small weights of a fresh checkpoint the softmax would be almost uniform, and an engine
 * that got attention wrong would still agree with one that got it right.
 *
 * @param {import('./shapes.mjs').BertConfig} config
 * @param {number} seed
 * @returns {Map<string, import('./contract.d.ts').Weight>}
 */
export function bertWeights(config, seed) {
  const { hidden_size: D, intermediate_size: F } = config;
  /** @type {Map<string, import('./contract.d.ts').Weight>} */
  const weights = new Map();
  const add = (name, shape, mean, std) => {
    const length = shape.reduce((product, dim) => product * dim, 1);
    weights.set(name, { shape, data: normal(length, seed + weights.size, { mean, std }) });
  };
  const linear = (name, out, fanIn) => {
    add(`${name}.weight`, [out, fanIn], 0, 1 / Math.sqrt(fanIn));
    add(`${name}.bias`, [out], 0, 0.1);
  };
  const layerNorm = (name) => {
    add(`${name}.weight`, [D], 1, 0.1);
    add(`${name}.bias`, [D], 0, 0.1);
  };

  add('embeddings.word_embeddings.weight', [config.vocab_size, D], 0, 1);
  add('embeddings.position_embeddings.weight', [config.max_position_embeddings, D], 0, 1);
  add('embeddings.token_type_embeddings.weight', [config.type_vocab_size, D], 0, 1);
  layerNorm('embeddings.LayerNorm');
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const prefix = `encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value']) linear(`${prefix}.attention.self.${part}`, D, D);
    linear(`${prefix}.attention.output.dense`, D, D);
    layerNorm(`${prefix}.attention.output.LayerNorm`);
    linear(`${prefix}.intermediate.dense`, F, D);
    linear(`${prefix}.output.dense`, D, F);
    layerNorm(`${prefix}.output.LayerNorm`);
  }
  return weights;
}
