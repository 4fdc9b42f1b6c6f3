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

/**
 * @typedef {object} LlamaConfig the fields of a `model_type: llama` config that the arithmetic depends on
 * @property {'llama'} model_type
 * @property {number} vocab_size
 * @property {number} hidden_size
 * @property {number} num_hidden_layers
 * @property {number} num_attention_heads
 * @property {number} num_key_value_heads
 * @property {number} intermediate_size
 * @property {number} max_position_embeddings
 * @property {number} rms_norm_eps
 * @property {number} rope_theta
 * @property {'silu'} hidden_act
 * @property {true} tie_word_embeddings
 */

/** HuggingFaceTB/SmolLM2-135M @type {LlamaConfig} */
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
 * The same of a decoder's largest weights: the heads of SmolLM2-135M and TinyLlama-1.1B and a gate of
 * Llama-2-7B, for one token; then a few tokens at once.
 * @type {readonly (readonly [M: number, K: number, N: number])[]}
 */
export const gemvs = [
  [1, 576, 49152],
  [1, 2048, 32000],
  [1, 4096, 11008],
  [2, 4096, 11008],
  [4, 4096, 11008],
  [8, 4096, 11008],
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

/**
 * Heads (of queries, of keys and values), length and width of attention: BERT-base's from a paragraph to a book's
 * chapter, causal and not; MiniLM's narrow heads, Llama's wide ones, SmolLM2's shared ones.
 * @type {readonly { H: number, G: number, S: number, D: number, causal: boolean }[]}
 */
export const attentions = [
  ...[128, 512, 1024, 2048, 4096].map((S) => ({ H: 12, G: 12, S, D: 64, causal: false })),
  ...[512, 2048].map((S) => ({ H: 12, G: 12, S, D: 64, causal: true })),
  ...[128, 512, 2048].map((S) => ({ H: 12, G: 12, S, D: 32, causal: false })),
  ...[512, 2048].map((S) => ({ H: 8, G: 8, S, D: 128, causal: false })),
  ...[128, 512, 2048].map((S) => ({ H: 9, G: 3, S, D: 64, causal: true })),
  // Last, since an engine that runs out of memory may be of no use afterwards.
  ...[false, true].map((causal) => ({ H: 12, G: 12, S: 8192, D: 64, causal })),
];
