// The decoder of the Llama family: embeddings, its layers (gated-block.ts) with rotary positions, a norm, and the head.
// Keys are those of Hugging Face's checkpoints.
import { Embedding } from '../nn/embedding.js';
import { Linear } from '../nn/linear.js';
import { Module } from '../nn/module.js';
import { RMSNorm } from '../nn/rmsnorm.js';
import { type RopeTable, ropeFrequencies, ropeTable } from '../ops/position.js';
import type { Arena } from '../tensor/arena.js';
import { Tensor } from '../tensor/tensor.js';
import { DecoderModel, type DecoderOptions, type DecoderOutput } from './base.js';
import { type CacheOptions, DecoderCache } from './cache.js';
import { runDecoder } from './decoder.js';
import { FewTokens } from './few-tokens.js';
import { GatedBlock } from './gated-block.js';
import type { GatedConfig } from './gated-config.js';
import type { Rows } from './input.js';
import type { Pass } from './pass.js';
import { type Places, place, type WeightInfo } from './weights.js';

class GatedBody extends Module {
  embed_tokens: Embedding;
  layers: GatedBlock[];
  norm: RMSNorm;

  constructor(arena: Arena, config: GatedConfig) {
    super(arena);
    this.embed_tokens = new Embedding(arena, config.vocabSize, config.hiddenSize);
    this.layers = Array.from({ length: config.layers }, (_, i) => new GatedBlock(arena, config, i));
    this.norm = new RMSNorm(arena, config.hiddenSize, { eps: config.rmsNormEps });
  }
}

export class GatedDecoder extends DecoderModel<GatedConfig> {
  model: GatedBody;
  lm_head: Linear;
  readonly #few = new FewTokens();

  constructor(arena: Arena, config: GatedConfig) {
    super(arena, config);
    this.model = new GatedBody(arena, config);
    this.lm_head = new Linear(arena, config.hiddenSize, config.vocabSize, { bias: false });
    if (config.tieWordEmbeddings) this.lm_head.weight.tie(this.model.embed_tokens.weight);
  }

  override sanitize(weights: ReadonlyMap<string, WeightInfo>): Places {
    // Saved without its head, a model's keys lack the prefix.
    const bare = weights.has('embed_tokens.weight');
    return place(weights.keys(), (name) => {
      if (name.endsWith('.rotary_emb.inv_freq')) return null;
      if (name === 'lm_head.weight') return this.config.tieWordEmbeddings ? null : name;
      return bare ? `model.${name}` : name;
    });
  }

  override createCache(options?: CacheOptions): DecoderCache {
    return new DecoderCache(this.arena, this.config.layers, options);
  }

  override forward(inputIds: Rows, options: DecoderOptions = {}): DecoderOutput {
    const { embed_tokens, layers, norm } = this.model;
    return runDecoder(this, inputIds, options, (pass) => {
      const shared = { attention: pass.attention, rotation: this.#rotation(pass) };
      return {
        states: embed_tokens.forward(pass.ids),
        layers: (x, cache) => this.#few.through(x, layers, this.config, shared.rotation, cache),
        layer: (i, x, cache, wantsMap) => layers[i].forward(x, shared, cache, wantsMap),
        norm: (x) => norm.forward(x),
        head: this.lm_head.weight,
      };
    });
  }

  override dispose(): void {
    this.#few.dispose();
    super.dispose();
  }

  /** Angles for the positions of one pass; few against what attention does with them. */
  #rotation({ S, past, positions, end }: Pass): RopeTable {
    const { size, theta, scaling } = this.config.rope;
    const at = positions
      ? Tensor.from(this.arena, positions, [positions.length / S, S], 'i32')
      : Tensor.from(
          this.arena,
          Int32Array.from({ length: S }, (_, s) => past + s),
          [S],
          'i32',
        );
    return ropeTable(at, ropeFrequencies(this.arena, size, theta, scaling, end));
  }
}
