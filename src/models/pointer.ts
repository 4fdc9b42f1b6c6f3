// A pointer network over token ids: an embedding and nn.PointerNetwork, with a config and a tokenizer of their own.
import { ArgumentError } from '../errors.js';
import type { BeamOptions } from '../nn/beam.js';
import { Embedding } from '../nn/embedding.js';
import { PointerNetwork } from '../nn/pointer.js';
import type { Arena } from '../tensor/arena.js';
import { Tensor } from '../tensor/tensor.js';
import { type ModelConfig, PretrainedModel } from './base.js';
import { Fields, LIMITS, type RawConfig } from './config.js';
import { define, type ModelTypes } from './define.js';
import { type Places, place, type WeightInfo } from './weights.js';

export interface PointerConfig extends ModelConfig {
  readonly embeddingSize: number;
}

/** @throws ConfigError */
export function readPointerConfig(raw: RawConfig): PointerConfig {
  const f = new Fields(raw);
  const hiddenSize = f.int('hidden_size', LIMITS.size);
  return {
    modelType: 'fovea-pointer',
    vocabSize: f.int('vocab_size', LIMITS.vocab),
    hiddenSize,
    embeddingSize: f.int('embedding_size', LIMITS.size, hiddenSize),
    layers: 1,
    maxPositions: f.int('max_position_embeddings', LIMITS.positions, LIMITS.positions),
  };
}

/** Where a sequence was pointed at. */
export interface Pointing {
  /** places in the sequence, in the order in which they were pointed at */
  readonly order: number[];
  /** one row a step: the distribution over the places */
  readonly distributions: Float32Array[];
  readonly logProbability: number;
}

/** State: embedding.weight (V, D), pointer.* as nn.PointerNetwork's. */
export class PointerModel extends PretrainedModel<PointerConfig> {
  embedding: Embedding;
  pointer: PointerNetwork;

  constructor(arena: Arena, config: PointerConfig) {
    super(arena, config);
    this.embedding = new Embedding(arena, config.vocabSize, config.embeddingSize);
    this.pointer = new PointerNetwork(arena, config.embeddingSize, { hiddenSize: config.hiddenSize });
  }

  /** ids and targets (B, N) i32, every sequence of length N -> the loss of teacher forcing; see PointerNetwork.loss. */
  loss(ids: Tensor, targets: Tensor): Tensor {
    return this.arena.scope(() => this.pointer.loss(this.embedding.forward(ids), targets));
  }

  /** Points at every place of each sequence; they may differ in length. @throws ArgumentError */
  point(sequences: readonly ArrayLike<number>[], options: BeamOptions = {}): Pointing[] {
    const lengths = sequences.map((s) => s.length);
    if (sequences.length === 0 || lengths.includes(0))
      throw new ArgumentError('sequences must be there, and none of them empty');
    const N = Math.max(...lengths);
    return this.arena.scope(() => {
      const ids = new Int32Array(sequences.length * N);
      sequences.forEach((s, b) => {
        ids.set(Array.from(s), b * N);
      });
      const X = this.embedding.forward(Tensor.from(this.arena, ids, [sequences.length, N], 'i32'));
      const { indices, distributions, logProbabilities } = this.pointer.decode(X, { lengths, ...options });
      const [at, alpha] = [indices.toArray(), distributions.toArray() as Float32Array];
      return lengths.map((n, b) => ({
        order: Array.from(at.subarray(b * N, b * N + n)),
        distributions: Array.from({ length: n }, (_, m) => alpha.slice((b * N + m) * N, (b * N + m) * N + n)),
        logProbability: logProbabilities[b],
      }));
    });
  }

  override sanitize(weights: ReadonlyMap<string, WeightInfo>): Places {
    return place(weights.keys(), (name) => name);
  }
}

/** As `modelTypes` of fromPretrained(): these and no others. */
export const POINTER: ModelTypes = {
  'fovea-pointer': /* @__PURE__ */ define(readPointerConfig, PointerModel),
};
