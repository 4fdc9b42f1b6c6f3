// GPT-2 (Radford et al. 2019): a decoder with learned positions, norms before the blocks, and one matrix for
// query, key and value.  Keys are those of the hub's checkpoints, `transformer.` taken off.
import { ArgumentError } from '../errors.js';
import { Embedding } from '../nn/embedding.js';
import { LayerNorm } from '../nn/layernorm.js';
import { Linear } from '../nn/linear.js';
import { Module } from '../nn/module.js';
import type { Activation } from '../ops/activation-kind.js';
import type { AttentionOptions } from '../ops/attention.js';
import { add } from '../ops/binary.js';
import { splitHeads } from '../ops/heads.js';
import { chunk } from '../ops/view.js';
import type { Arena } from '../tensor/arena.js';
import { Tensor } from '../tensor/tensor.js';
import { readActivation } from './activation.js';
import { attend, type WithMap } from './attention.js';
import { DecoderModel, type DecoderOptions, type DecoderOutput, type ModelConfig } from './base.js';
import { type CacheOptions, DecoderCache, type LayerCache } from './cache.js';
import { divides, Fields, LIMITS, type RawConfig } from './config.js';
import { runDecoder } from './decoder.js';
import { define, type ModelTypes } from './define.js';
import type { Rows } from './input.js';
import type { Pass } from './pass.js';
import { type Places, place, type WeightInfo } from './weights.js';

export interface GPT2Config extends ModelConfig {
  readonly heads: number;
  readonly innerSize: number;
  readonly layerNormEps: number;
  readonly activation: Activation;
  readonly scaleAttention: boolean;
  readonly scaleByLayer: boolean;
  readonly tieWordEmbeddings: boolean;
}

/** @throws ConfigError */
export function readGPT2Config(raw: RawConfig): GPT2Config {
  const f = new Fields(raw);
  f.only('add_cross_attention', false);
  const hiddenSize = f.int(['n_embd', 'hidden_size'], LIMITS.size);
  const heads = f.int(['n_head', 'num_attention_heads'], LIMITS.heads);
  divides(f, ['n_embd', hiddenSize], ['n_head', heads]);
  return {
    modelType: 'gpt2',
    vocabSize: f.int('vocab_size', LIMITS.vocab),
    hiddenSize,
    heads,
    layers: f.int(['n_layer', 'num_hidden_layers'], LIMITS.layers),
    maxPositions: f.int(['n_positions', 'max_position_embeddings', 'n_ctx'], LIMITS.positions),
    innerSize: f.int('n_inner', LIMITS.size, 4 * hiddenSize),
    layerNormEps: f.number('layer_norm_epsilon', 1e-5, 0),
    activation: readActivation(f, 'activation_function', 'gelu_new'),
    scaleAttention: f.boolean('scale_attn_weights', true),
    scaleByLayer: f.boolean('scale_attn_by_inverse_layer_idx', false),
    tieWordEmbeddings: f.boolean('tie_word_embeddings', true),
  };
}

class GPT2Attention extends Module {
  c_attn: Linear;
  c_proj: Linear;

  constructor(
    arena: Arena,
    readonly config: GPT2Config,
    readonly layer: number,
  ) {
    super(arena);
    this.c_attn = new Linear(arena, config.hiddenSize, 3 * config.hiddenSize);
    this.c_proj = new Linear(arena, config.hiddenSize, config.hiddenSize);
  }

  forward(
    x: Tensor,
    residual: Tensor,
    options: AttentionOptions,
    cache: LayerCache | null,
    wantsMap: boolean,
  ): WithMap {
    const { heads, hiddenSize, scaleAttention, scaleByLayer } = this.config;
    const [q, k, v] = chunk(this.c_attn.forward(x), 3, -1).map((part) => splitHeads(part, heads));
    const scale =
      (scaleAttention ? 1 / Math.sqrt(hiddenSize / heads) : 1) / (scaleByLayer ? this.layer + 1 : 1);
    const scaled = { ...options, scale };
    const [y, map] = cache?.attend(q, k, v, scaled, wantsMap) ?? attend(q, k, v, scaled, wantsMap);
    return [this.c_proj.forward(y, { residual }), map];
  }
}

class GPT2MLP extends Module {
  c_fc: Linear;
  c_proj: Linear;

  constructor(
    arena: Arena,
    readonly config: GPT2Config,
  ) {
    super(arena);
    this.c_fc = new Linear(arena, config.hiddenSize, config.innerSize);
    this.c_proj = new Linear(arena, config.innerSize, config.hiddenSize);
  }

  forward(x: Tensor, residual: Tensor): Tensor {
    const { activation } = this.config;
    return this.c_proj.forward(this.c_fc.forward(x, { activation }), { residual });
  }
}

class GPT2Block extends Module {
  ln_1: LayerNorm;
  attn: GPT2Attention;
  ln_2: LayerNorm;
  mlp: GPT2MLP;

  constructor(arena: Arena, config: GPT2Config, layer: number) {
    super(arena);
    const eps = config.layerNormEps;
    this.ln_1 = new LayerNorm(arena, config.hiddenSize, { eps });
    this.attn = new GPT2Attention(arena, config, layer);
    this.ln_2 = new LayerNorm(arena, config.hiddenSize, { eps });
    this.mlp = new GPT2MLP(arena, config);
  }

  forward(x: Tensor, options: AttentionOptions, cache: LayerCache | null, wantsMap: boolean): WithMap {
    return this.arena.scope(() => {
      const [h, map] = this.attn.forward(this.ln_1.forward(x), x, options, cache, wantsMap);
      return [this.mlp.forward(this.ln_2.forward(h), h), map];
    });
  }
}

export class GPT2Model extends DecoderModel<GPT2Config> {
  wte: Embedding;
  wpe: Embedding;
  h: GPT2Block[];
  ln_f: LayerNorm;
  lm_head: Linear;

  constructor(arena: Arena, config: GPT2Config) {
    super(arena, config);
    const { vocabSize, hiddenSize, maxPositions, layers, layerNormEps } = config;
    this.wte = new Embedding(arena, vocabSize, hiddenSize);
    this.wpe = new Embedding(arena, maxPositions, hiddenSize);
    this.h = Array.from({ length: layers }, (_, i) => new GPT2Block(arena, config, i));
    this.ln_f = new LayerNorm(arena, hiddenSize, { eps: layerNormEps });
    this.lm_head = new Linear(arena, hiddenSize, vocabSize, { bias: false });
    if (config.tieWordEmbeddings) this.lm_head.weight.tie(this.wte.weight);
  }

  override sanitize(weights: ReadonlyMap<string, WeightInfo>): Places {
    return place(weights.keys(), (name) => {
      const key = name.replace(/^transformer\./, '');
      // The causal mask, which old checkpoints carry along.
      if (/^h\.\d+\.attn\.(masked_)?bias$/.test(key)) return null;
      if (key === 'lm_head.weight' && this.config.tieWordEmbeddings) return null;
      // OpenAI's Conv1D: y = x W + b with W (in, out).
      return { key, transposed: /\.c_(attn|proj|fc)\.weight$/.test(key) };
    });
  }

  override createCache(options?: CacheOptions): DecoderCache {
    return new DecoderCache(this.arena, this.config.layers, options);
  }

  override forward(inputIds: Rows, options: DecoderOptions = {}): DecoderOutput {
    return runDecoder(this, inputIds, options, (pass) => ({
      states: add(this.wte.forward(pass.ids), this.wpe.forward(this.#positions(pass))),
      layer: (i, x, cache, wantsMap) => this.h[i].forward(x, pass.attention, cache, wantsMap),
      norm: (x) => this.ln_f.forward(x),
      head: this.lm_head.weight,
    }));
  }

  /** (B, S), or (1, S) where all rows count alike. */
  #positions({ S, past, positions, end }: Pass): Tensor {
    const { maxPositions } = this.config;
    if (end > maxPositions)
      throw new ArgumentError(
        `a sequence of ${end} tokens is longer than this model's ${maxPositions} positions`,
      );
    const rows = positions ?? Int32Array.from({ length: S }, (_, s) => past + s);
    return Tensor.from(this.arena, rows, [rows.length / S, S], 'i32');
  }
}

/** As `modelTypes` of fromPretrained(): these and no others. */
export const GPT2: ModelTypes = { gpt2: /* @__PURE__ */ define(readGPT2Config, GPT2Model) };
