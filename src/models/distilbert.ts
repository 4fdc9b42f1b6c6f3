// DistilBERT (Sanh et al. 2019): BERT with half of the layers, no segments and no pooler, under other names.
import { Embedding } from '../nn/embedding.js';
import { JointLinear } from '../nn/joint-linear.js';
import { LayerNorm } from '../nn/layernorm.js';
import { Linear } from '../nn/linear.js';
import { Module } from '../nn/module.js';
import type { Activation } from '../ops/activation-kind.js';
import type { AttentionOptions } from '../ops/attention.js';
import { add } from '../ops/binary.js';
import type { Arena } from '../tensor/arena.js';
import type { Tensor } from '../tensor/tensor.js';
import { readActivation } from './activation.js';
import { attend, type WithMap } from './attention.js';
import { EncoderModel, type EncoderOptions, type EncoderOutput, type ModelConfig } from './base.js';
import { divides, Fields, LIMITS, type RawConfig } from './config.js';
import { define, type ModelTypes } from './define.js';
import { countFromZero, runEncoder } from './encoder.js';
import { besideIds, type Rows } from './input.js';
import { encoderKey, type Places, place, type WeightInfo } from './weights.js';

/** The original code fixes it. */
const EPS = 1e-12;

export interface DistilBertConfig extends ModelConfig {
  readonly heads: number;
  readonly intermediateSize: number;
  readonly activation: Activation;
}

/** @throws ConfigError */
export function readDistilBertConfig(raw: RawConfig): DistilBertConfig {
  const f = new Fields(raw);
  const hiddenSize = f.int(['dim', 'hidden_size'], LIMITS.size);
  const heads = f.int(['n_heads', 'num_attention_heads'], LIMITS.heads);
  divides(f, ['dim', hiddenSize], ['n_heads', heads]);
  return {
    modelType: 'distilbert',
    vocabSize: f.int('vocab_size', LIMITS.vocab),
    hiddenSize,
    heads,
    layers: f.int(['n_layers', 'num_hidden_layers'], LIMITS.layers),
    intermediateSize: f.int('hidden_dim', LIMITS.size),
    activation: readActivation(f, 'activation', 'gelu'),
    maxPositions: f.int('max_position_embeddings', LIMITS.positions),
  };
}

class DistilBertEmbeddings extends Module {
  word_embeddings: Embedding;
  position_embeddings: Embedding;
  LayerNorm: LayerNorm;

  constructor(arena: Arena, { vocabSize, maxPositions, hiddenSize }: DistilBertConfig) {
    super(arena);
    this.word_embeddings = new Embedding(arena, vocabSize, hiddenSize);
    this.position_embeddings = new Embedding(arena, maxPositions, hiddenSize);
    this.LayerNorm = new LayerNorm(arena, hiddenSize, { eps: EPS });
  }

  /** ids (B, S), positions (B, S) or (1, S) -> (B, S, D) */
  forward(ids: Tensor, positions: Tensor): Tensor {
    return this.arena.scope(() => {
      const words = this.word_embeddings.forward(ids);
      return this.LayerNorm.forward(add(words, this.position_embeddings.forward(positions)));
    });
  }
}

class DistilBertAttention extends Module {
  q_lin: Linear;
  k_lin: Linear;
  v_lin: Linear;
  out_lin: Linear;
  readonly #inputs: JointLinear;

  constructor(
    arena: Arena,
    readonly config: DistilBertConfig,
  ) {
    super(arena);
    const { hiddenSize } = config;
    this.q_lin = new Linear(arena, hiddenSize, hiddenSize);
    this.k_lin = new Linear(arena, hiddenSize, hiddenSize);
    this.v_lin = new Linear(arena, hiddenSize, hiddenSize);
    this.out_lin = new Linear(arena, hiddenSize, hiddenSize);
    this.#inputs = new JointLinear([this.q_lin, this.k_lin, this.v_lin]);
  }

  forward(x: Tensor, options: AttentionOptions, wantsMap: boolean): WithMap {
    const { heads } = this.config;
    const [q, k, v] = this.#inputs.forward(x, [this.q_lin, this.k_lin, this.v_lin], [heads, heads, heads]);
    const [y, map] = attend(q, k, v, options, wantsMap);
    return [this.out_lin.forward(y, { residual: x }), map];
  }
}

class DistilBertFFN extends Module {
  lin1: Linear;
  lin2: Linear;

  constructor(
    arena: Arena,
    readonly config: DistilBertConfig,
  ) {
    super(arena);
    this.lin1 = new Linear(arena, config.hiddenSize, config.intermediateSize);
    this.lin2 = new Linear(arena, config.intermediateSize, config.hiddenSize);
  }

  forward(x: Tensor): Tensor {
    const { activation } = this.config;
    return this.lin2.forward(this.lin1.forward(x, { activation }), { residual: x });
  }
}

class DistilBertLayer extends Module {
  attention: DistilBertAttention;
  sa_layer_norm: LayerNorm;
  ffn: DistilBertFFN;
  output_layer_norm: LayerNorm;

  constructor(arena: Arena, config: DistilBertConfig) {
    super(arena);
    this.attention = new DistilBertAttention(arena, config);
    this.sa_layer_norm = new LayerNorm(arena, config.hiddenSize, { eps: EPS });
    this.ffn = new DistilBertFFN(arena, config);
    this.output_layer_norm = new LayerNorm(arena, config.hiddenSize, { eps: EPS });
  }

  forward(x: Tensor, options: AttentionOptions, wantsMap: boolean): WithMap {
    return this.arena.scope(() => {
      const [y, map] = this.attention.forward(x, options, wantsMap);
      const h = this.sa_layer_norm.forward(y);
      return [this.output_layer_norm.forward(this.ffn.forward(h)), map];
    });
  }
}

class DistilBertTransformer extends Module {
  layer: DistilBertLayer[];

  constructor(arena: Arena, config: DistilBertConfig) {
    super(arena);
    this.layer = Array.from({ length: config.layers }, () => new DistilBertLayer(arena, config));
  }
}

export class DistilBertModel extends EncoderModel<DistilBertConfig> {
  embeddings: DistilBertEmbeddings;
  transformer: DistilBertTransformer;

  constructor(arena: Arena, config: DistilBertConfig) {
    super(arena, config);
    this.embeddings = new DistilBertEmbeddings(arena, config);
    this.transformer = new DistilBertTransformer(arena, config);
  }

  override sanitize(weights: ReadonlyMap<string, WeightInfo>): Places {
    const key = encoderKey(weights, 'distilbert.');
    return place(weights.keys(), (name) => (name.endsWith('position_ids') ? null : key(name)));
  }

  /** `tokenTypeIds` are ignored: there are no segments. */
  override forward(inputIds: Rows, options: EncoderOptions = {}): EncoderOutput {
    const { positionIds } = options;
    return runEncoder(this, inputIds, options, {
      embed: (ids) =>
        this.embeddings.forward(
          ids,
          positionIds ? besideIds(ids, positionIds, 'positionIds') : countFromZero(ids),
        ),
      layer: (i, x, attention, wantsMap) => this.transformer.layer[i].forward(x, attention, wantsMap),
    });
  }
}

/** As `modelTypes` of fromPretrained(): these and no others. */
export const DISTILBERT: ModelTypes = {
  distilbert: /* @__PURE__ */ define(readDistilBertConfig, DistilBertModel),
};
