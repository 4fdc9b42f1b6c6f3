// The layers of BERT (Devlin et al. 2018), which RoBERTa uses unchanged: attention and feed-forward, each
// followed by a residual sum and a layer norm.  Keys are those of Hugging Face's checkpoints.
import { JointLinear } from '../nn/joint-linear.js';
import { LayerNorm } from '../nn/layernorm.js';
import { Linear } from '../nn/linear.js';
import { Module } from '../nn/module.js';
import type { Activation } from '../ops/activation-kind.js';
import type { AttentionOptions } from '../ops/attention.js';
import { select } from '../ops/view.js';
import type { Arena } from '../tensor/arena.js';
import type { Tensor } from '../tensor/tensor.js';
import { readActivation } from './activation.js';
import { attend, type WithMap } from './attention.js';
import type { ModelConfig } from './base.js';
import { divides, type Fields, LIMITS } from './config.js';

export interface BertConfig extends ModelConfig {
  readonly heads: number;
  readonly intermediateSize: number;
  readonly activation: Activation;
  readonly layerNormEps: number;
  readonly typeVocabSize: number;
  /** Rows of the position table. */
  readonly positionRows: number;
  readonly padTokenId: number;
}

/** Fields that BERT and RoBERTa have in common. @throws ConfigError */
export function readBertFields(f: Fields, modelType: string, padTokenId: number): BertConfig {
  f.only('position_embedding_type', 'absolute');
  f.only('is_decoder', false);
  f.only('add_cross_attention', false);
  const hiddenSize = f.int('hidden_size', LIMITS.size);
  const heads = f.int('num_attention_heads', LIMITS.heads);
  divides(f, ['hidden_size', hiddenSize], ['num_attention_heads', heads]);
  const positionRows = f.int('max_position_embeddings', LIMITS.positions);
  return {
    modelType,
    vocabSize: f.int('vocab_size', LIMITS.vocab),
    hiddenSize,
    heads,
    layers: f.int('num_hidden_layers', LIMITS.layers),
    intermediateSize: f.int('intermediate_size', LIMITS.size),
    activation: readActivation(f, 'hidden_act', 'gelu'),
    layerNormEps: f.number('layer_norm_eps', 1e-12, 0),
    typeVocabSize: f.int('type_vocab_size', LIMITS.size, 2),
    positionRows,
    maxPositions: positionRows,
    padTokenId: f.int('pad_token_id', LIMITS.vocab, padTokenId, 0),
  };
}

class BertSelfAttention extends Module {
  query: Linear;
  key: Linear;
  value: Linear;
  readonly #inputs: JointLinear;

  constructor(
    arena: Arena,
    readonly config: BertConfig,
  ) {
    super(arena);
    const { hiddenSize } = config;
    this.query = new Linear(arena, hiddenSize, hiddenSize);
    this.key = new Linear(arena, hiddenSize, hiddenSize);
    this.value = new Linear(arena, hiddenSize, hiddenSize);
    this.#inputs = new JointLinear([this.query, this.key, this.value]);
  }

  forward(x: Tensor, options: AttentionOptions, wantsMap: boolean): WithMap {
    const { heads } = this.config;
    const [q, k, v] = this.#inputs.forward(x, [this.query, this.key, this.value], [heads, heads, heads]);
    return attend(q, k, v, options, wantsMap);
  }
}

/** `dense`, the residual sum and `LayerNorm`: the end of both halves of a layer. */
class BertAddNorm extends Module {
  dense: Linear;
  LayerNorm: LayerNorm;

  constructor(arena: Arena, inner: number, { hiddenSize, layerNormEps }: BertConfig) {
    super(arena);
    this.dense = new Linear(arena, inner, hiddenSize);
    this.LayerNorm = new LayerNorm(arena, hiddenSize, { eps: layerNormEps });
  }

  forward(x: Tensor, residual: Tensor): Tensor {
    return this.LayerNorm.forward(this.dense.forward(x, { residual }));
  }
}

class BertAttention extends Module {
  self: BertSelfAttention;
  output: BertAddNorm;

  constructor(arena: Arena, config: BertConfig) {
    super(arena);
    this.self = new BertSelfAttention(arena, config);
    this.output = new BertAddNorm(arena, config.hiddenSize, config);
  }

  forward(x: Tensor, options: AttentionOptions, wantsMap: boolean): WithMap {
    const [y, map] = this.self.forward(x, options, wantsMap);
    return [this.output.forward(y, x), map];
  }
}

class BertIntermediate extends Module {
  dense: Linear;

  constructor(
    arena: Arena,
    readonly config: BertConfig,
  ) {
    super(arena);
    this.dense = new Linear(arena, config.hiddenSize, config.intermediateSize);
  }

  forward(x: Tensor): Tensor {
    return this.dense.forward(x, { activation: this.config.activation });
  }
}

class BertLayer extends Module {
  attention: BertAttention;
  intermediate: BertIntermediate;
  output: BertAddNorm;

  constructor(arena: Arena, config: BertConfig) {
    super(arena);
    this.attention = new BertAttention(arena, config);
    this.intermediate = new BertIntermediate(arena, config);
    this.output = new BertAddNorm(arena, config.intermediateSize, config);
  }

  /** x (B, S, D) -> (B, S, D) */
  forward(x: Tensor, options: AttentionOptions, wantsMap: boolean): WithMap {
    return this.arena.scope(() => {
      const [h, map] = this.attention.forward(x, options, wantsMap);
      return [this.output.forward(this.intermediate.forward(h), h), map];
    });
  }
}

export class BertEncoder extends Module {
  layer: BertLayer[];

  constructor(arena: Arena, config: BertConfig) {
    super(arena);
    this.layer = Array.from({ length: config.layers }, () => new BertLayer(arena, config));
  }
}

/** tanh of a linear map of the first token's state. */
export class BertPooler extends Module {
  dense: Linear;

  constructor(arena: Arena, { hiddenSize }: BertConfig) {
    super(arena);
    this.dense = new Linear(arena, hiddenSize, hiddenSize);
  }

  /** (B, S, D) -> (B, D) */
  forward(x: Tensor): Tensor {
    return this.dense.forward(select(x, 1, 0), { activation: 'tanh' });
  }
}
