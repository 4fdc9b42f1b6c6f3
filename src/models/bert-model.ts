// BERT's encoder as a whole.  RoBERTa is the same but for how it counts positions.
import { Embedding } from '../nn/embedding.js';
import { LayerNorm } from '../nn/layernorm.js';
import { Module } from '../nn/module.js';
import { add } from '../ops/binary.js';
import type { Arena } from '../tensor/arena.js';
import { Tensor } from '../tensor/tensor.js';
import { EncoderModel, type EncoderOptions, type EncoderOutput } from './base.js';
import { type BertConfig, BertEncoder, BertPooler } from './bert-layers.js';
import { runEncoder } from './encoder.js';
import { besideIds, type Rows } from './input.js';
import { encoderKey, type Places, place, type WeightInfo } from './weights.js';

class BertEmbeddings extends Module {
  word_embeddings: Embedding;
  position_embeddings: Embedding;
  token_type_embeddings: Embedding;
  LayerNorm: LayerNorm;

  constructor(
    arena: Arena,
    { vocabSize, positionRows, typeVocabSize, hiddenSize, layerNormEps }: BertConfig,
  ) {
    super(arena);
    this.word_embeddings = new Embedding(arena, vocabSize, hiddenSize);
    this.position_embeddings = new Embedding(arena, positionRows, hiddenSize);
    this.token_type_embeddings = new Embedding(arena, typeVocabSize, hiddenSize);
    this.LayerNorm = new LayerNorm(arena, hiddenSize, { eps: layerNormEps });
  }

  /** ids (B, S), types and positions (B, S) or (1, S) -> (B, S, D) */
  forward(ids: Tensor, types: Tensor, positions: Tensor): Tensor {
    return this.arena.scope(() => {
      const words = add(this.word_embeddings.forward(ids), this.token_type_embeddings.forward(types));
      return this.LayerNorm.forward(add(words, this.position_embeddings.forward(positions)));
    });
  }
}

export abstract class BertFamily extends EncoderModel<BertConfig> {
  embeddings: BertEmbeddings;
  encoder: BertEncoder;
  /** null if the checkpoint has none */
  pooler: BertPooler | null;

  constructor(arena: Arena, config: BertConfig) {
    super(arena, config);
    this.embeddings = new BertEmbeddings(arena, config);
    this.encoder = new BertEncoder(arena, config);
    this.pooler = new BertPooler(arena, config);
  }

  /** What a checkpoint with a head puts before the keys of this model. */
  protected abstract readonly prefix: string;

  /** Positions where the caller gives none: (B, S) or (1, S) i32. */
  protected abstract countPositions(ids: Tensor): Tensor;

  override sanitize(weights: ReadonlyMap<string, WeightInfo>): Places {
    const key = encoderKey(weights, this.prefix);
    const places = place(weights.keys(), (name) =>
      /embeddings\.(position|token_type)_ids$/.test(name) ? null : key(name),
    );
    if (![...places.values()].some((to) => to?.key.startsWith('pooler.'))) this.pooler = null;
    return places;
  }

  override forward(inputIds: Rows, options: EncoderOptions = {}): EncoderOutput {
    const { tokenTypeIds, positionIds } = options;
    return runEncoder(this, inputIds, options, {
      embed: (ids) =>
        this.embeddings.forward(
          ids,
          tokenTypeIds
            ? besideIds(ids, tokenTypeIds, 'tokenTypeIds')
            : Tensor.from(this.arena, new Int32Array(ids.shape[1]), [1, ids.shape[1]], 'i32'),
          positionIds ? besideIds(ids, positionIds, 'positionIds') : this.countPositions(ids),
        ),
      layer: (i, x, attention, wantsMap) => this.encoder.layer[i].forward(x, attention, wantsMap),
      pool: this.pooler && ((x) => this.pooler!.forward(x)),
    });
  }
}
