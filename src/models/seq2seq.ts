// The Transformer for sequence to sequence over token ids, with a config and a tokenizer; fields of the config are
// named as BART and Marian name theirs.
import { ArgumentError } from '../errors.js';
import type { BeamOptions } from '../nn/beam.js';
import type { DecoderMaps } from '../nn/decoder-layer.js';
import { Seq2SeqTransformer } from '../nn/seq2seq.js';
import type { Activation } from '../ops/activation-kind.js';
import type { Arena } from '../tensor/arena.js';
import { Tensor } from '../tensor/tensor.js';
import { readActivation } from './activation.js';
import { type ModelConfig, PretrainedModel } from './base.js';
import { divides, Fields, LIMITS, type RawConfig } from './config.js';
import { define, type ModelTypes } from './define.js';
import { type Places, place, type WeightInfo } from './weights.js';

export interface Seq2SeqConfig extends ModelConfig {
  readonly decoderLayers: number;
  readonly heads: number;
  readonly innerSize: number;
  readonly activation: Activation;
  readonly dropout: number;
  readonly normFirst: boolean;
  readonly tieWordEmbeddings: boolean;
  readonly padId: number;
  readonly startId: number;
  readonly endId: number;
}

/** @throws ConfigError */
export function readSeq2SeqConfig(raw: RawConfig): Seq2SeqConfig {
  const f = new Fields(raw);
  const hiddenSize = f.int('d_model', LIMITS.size);
  const heads = f.int('num_attention_heads', LIMITS.heads);
  divides(f, ['d_model', hiddenSize], ['num_attention_heads', heads]);
  const vocabSize = f.int('vocab_size', LIMITS.vocab);
  const token = (name: string): number => f.int(name, vocabSize - 1, undefined, 0);
  return {
    modelType: 'fovea-seq2seq',
    vocabSize,
    hiddenSize,
    heads,
    layers: f.int('encoder_layers', LIMITS.layers),
    decoderLayers: f.int('decoder_layers', LIMITS.layers),
    innerSize: f.int('ffn_dim', LIMITS.size, 4 * hiddenSize),
    activation: readActivation(f, 'activation_function', 'relu'),
    dropout: f.number('dropout', 0),
    normFirst: f.boolean('norm_first', false),
    tieWordEmbeddings: f.boolean('tie_word_embeddings', true),
    maxPositions: f.int('max_position_embeddings', LIMITS.positions),
    padId: token('pad_token_id'),
    startId: token('decoder_start_token_id'),
    endId: token('eos_token_id'),
  };
}

/** A sequence that was written. */
export interface Written {
  /** without start and end */
  readonly ids: number[];
  readonly logProbability: number;
}

/** State: seq2seq.* as nn.Seq2SeqTransformer's. */
export class Seq2SeqModel extends PretrainedModel<Seq2SeqConfig> {
  seq2seq: Seq2SeqTransformer;

  constructor(arena: Arena, config: Seq2SeqConfig) {
    super(arena, config);
    this.seq2seq = new Seq2SeqTransformer(arena, {
      vocabSize: config.vocabSize,
      padId: config.padId,
      startId: config.startId,
      endId: config.endId,
      tieEmbeddings: config.tieWordEmbeddings,
      dModel: config.hiddenSize,
      nhead: config.heads,
      numEncoderLayers: config.layers,
      numDecoderLayers: config.decoderLayers,
      dimFeedforward: config.innerSize,
      activation: config.activation,
      dropout: config.dropout,
      normFirst: config.normFirst,
    });
  }

  /** The loss of teacher forcing for sources and targets of any lengths, targets without start and end. */
  loss(sources: readonly ArrayLike<number>[], targets: readonly ArrayLike<number>[]): Tensor {
    const { startId, endId } = this.config;
    return this.arena.scope(() =>
      this.seq2seq.loss(
        this.#rows(sources),
        this.#rows(targets.map((t) => [startId, ...Array.from(t), endId])),
      ),
    );
  }

  /**
   * Writes a target for each source; they may differ in length.  One beam, unless `beams` says otherwise.
   * @param maxLength tokens at most; default the model's own limit
   * @throws ArgumentError
   */
  write(
    sources: readonly ArrayLike<number>[],
    { maxLength = this.config.maxPositions - 1, ...options }: BeamOptions & { maxLength?: number } = {},
  ): Written[] {
    return this.arena.scope(() =>
      this.seq2seq
        .generate(this.#rows(sources), { maxLength, ...options })
        .map(([{ choices, logProbability }]) => ({ ids: [...choices], logProbability })),
    );
  }

  /** The decoder's attention while it writes `target` (without start) for `source`, batch size 1; see DecoderMaps. */
  attentionMaps(source: ArrayLike<number>, target: ArrayLike<number>): DecoderMaps {
    return this.arena.scope(() => {
      const written = [this.config.startId, ...Array.from(target)];
      return this.seq2seq.attentionMaps(this.#rows([source]), this.#rows([written]));
    });
  }

  /**
   * The encoder's attention while it reads `source`, batch size 1: maps (1, H, S, S), one a layer.  No scope owns
   * them: dispose of them.
   */
  encoderMaps(source: ArrayLike<number>): Tensor[] {
    return this.arena.scope(() => this.seq2seq.encoderMaps(this.#rows([source])));
  }

  override sanitize(weights: ReadonlyMap<string, WeightInfo>): Places {
    return place(weights.keys(), (name) => name);
  }

  /** (B, longest) i32, filled up with padding. */
  #rows(sequences: readonly ArrayLike<number>[]): Tensor {
    const longest = Math.max(0, ...sequences.map((s) => s.length));
    if (longest === 0 || longest > this.config.maxPositions)
      throw new ArgumentError(
        `sequences must have 1 to ${this.config.maxPositions} tokens, the longest has ${longest}`,
      );
    const ids = new Int32Array(sequences.length * longest).fill(this.config.padId);
    sequences.forEach((s, b) => {
      ids.set(Array.from(s), b * longest);
    });
    return Tensor.from(this.arena, ids, [sequences.length, longest], 'i32');
  }
}

/** As `modelTypes` of fromPretrained(): these and no others. */
export const SEQ2SEQ: ModelTypes = {
  'fovea-seq2seq': /* @__PURE__ */ define(readSeq2SeqConfig, Seq2SeqModel),
};
