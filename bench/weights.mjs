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

/**
 * Random weights of a GPT-2 as it starts to learn: small, so that the loss begins at the logarithm of the vocabulary.
 *
 * @param {import('./shapes.mjs').GPT2Config} config
 * @param {number} seed
 * @returns {Map<string, import('./contract.d.ts').Weight>}
 */
export function gpt2Weights(config, seed) {
  const { n_embd: D, n_layer: layers } = config;
  /** @type {Map<string, import('./contract.d.ts').Weight>} */
  const weights = new Map();
  const constant = (name, length, value) =>
    weights.set(name, { shape: [length], data: new Float32Array(length).fill(value) });
  const matrix = (name, rows, columns) =>
    weights.set(name, {
      shape: [rows, columns],
      data: normal(rows * columns, seed + weights.size, { std: 0.02 }),
    });
  const linear = (name, fanIn, out) => {
    matrix(`${name}.weight`, fanIn, out);
    constant(`${name}.bias`, out, 0);
  };
  const layerNorm = (name) => {
    constant(`${name}.weight`, D, 1);
    constant(`${name}.bias`, D, 0);
  };

  matrix('wte.weight', config.vocab_size, D);
  matrix('wpe.weight', config.n_positions, D);
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `h.${layer}`;
    layerNorm(`${prefix}.ln_1`);
    linear(`${prefix}.attn.c_attn`, D, 3 * D);
    linear(`${prefix}.attn.c_proj`, D, D);
    layerNorm(`${prefix}.ln_2`);
    linear(`${prefix}.mlp.c_fc`, D, 4 * D);
    linear(`${prefix}.mlp.c_proj`, 4 * D, D);
  }
  layerNorm('ln_f');
  return weights;
}
