/**
 * Shapes with a name. Models are written as their Hugging Face `config.json` says it, so the same object
 * configures a model; sizes are those of the published checkpoints.
 */

/**
 * @typedef {object} BertConfig the fields of a `model_type: bert` config that the arithmetic depends on
 * @property {'bert'} model_type
 * @property {number} vocab_size
 * @property {number} hidden_size
 * @property {number} num_hidden_layers
 * @property {number} num_attention_heads
 * @property {number} intermediate_size
 * @property {number} max_position_embeddings
 * @property {number} type_vocab_size
 * @property {number} layer_norm_eps
 * @property {'gelu'} hidden_act
 */

/** sentence-transformers/all-MiniLM-L6-v2 @type {BertConfig} */
export const minilmL6 = {
  model_type: 'bert',
  vocab_size: 30522,
  hidden_size: 384,
  num_hidden_layers: 6,
  num_attention_heads: 12,
  intermediate_size: 1536,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  hidden_act: 'gelu',
};

/**
 * @typedef {object} GPT2Config the fields of a `model_type: gpt2` config that the arithmetic depends on
 * @property {'gpt2'} model_type
 * @property {number} vocab_size
 * @property {number} n_positions
 * @property {number} n_embd
 * @property {number} n_layer
 * @property {number} n_head
 * @property {number} layer_norm_epsilon
 * @property {'gelu_new'} activation_function
 */

/** nanoGPT's CPU setting for characters of Shakespeare (README of karpathy/nanoGPT) @type {GPT2Config} */
export const nanoGpt = {
  model_type: 'gpt2',
  vocab_size: 65,
  n_positions: 64,
  n_embd: 128,
  n_layer: 4,
  n_head: 4,
  layer_norm_epsilon: 1e-5,
  activation_function: 'gelu_new',
};

/** google-bert/bert-base-uncased @type {BertConfig} */
export const bertBase = {
  ...minilmL6,
  hidden_size: 768,
  num_hidden_layers: 12,
  intermediate_size: 3072,
};

/** HuggingFaceTB/SmolLM2-135M */
export const smollm2 = {
  model_type: 'llama',
  vocab_size: 49152,
  hidden_size: 576,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  intermediate_size: 1536,
  max_position_embeddings: 8192,
  rms_norm_eps: 1e-5,
  rope_theta: 100000,
  hidden_act: 'silu',
  tie_word_embeddings: true,
};

export const models = {
  'minilm-l6': minilmL6,
  'bert-base': bertBase,
  'smollm2-135m': smollm2,
};

/**
 * M, K, N of C (M, N) = A (M, K) · B (K, N): a decode step over a large weight, the four linear layers of
 * MiniLM and BERT-base at 128 tokens, and two cubes.
 * @type {readonly (readonly [M: number, K: number, N: number])[]}
 */
export const gemms = [
  [1, 4096, 4096],
  [128, 384, 384],
  [128, 384, 1536],
  [128, 768, 768],
  [128, 768, 3072],
  [512, 512, 512],
  [1024, 1024, 1024],
];

/**
 * Batch and length of an encoder's input: a query, a paragraph, a batch of paragraphs, a page.
 * @type {readonly { batch: number, length: number }[]}
 */
export const inputs = [
  { batch: 1, length: 16 },
  { batch: 1, length: 128 },
  { batch: 8, length: 128 },
  { batch: 1, length: 512 },
];
