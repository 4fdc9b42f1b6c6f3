// What every model of this room is: a Module with a config, one hook for its checkpoints' peculiarities,
// and a forward pass from token ids.  Encoders and decoders differ in what they give back.
import { Module } from '../nn/module.js';
import type { Arena } from '../tensor/arena.js';
import type { Tensor } from '../tensor/tensor.js';
import type { CacheOptions, DecoderCache } from './cache.js';
import type { Rows } from './input.js';
import type { TracedOutput, TraceOptions } from './outputs.js';
import type { Places, WeightInfo } from './weights.js';

/** What all model types have in their config, under one name each. */
export interface ModelConfig {
  readonly modelType: string;
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  /** The longest sequence that the model was made for, in tokens. */
  readonly maxPositions: number;
}

/** A model of a checkpoint: layers whose fields are named as its keys, and its config. */
export abstract class PretrainedModel<C extends ModelConfig = ModelConfig> extends Module {
  constructor(
    arena: Arena,
    readonly config: C,
  ) {
    super(arena);
  }

  /**
   * The one hook for what checkpoints of this type do differently: prefixes, old names, buffers that are no
   * weights, heads that are not part of this model.  May drop optional parts that the checkpoint lacks.
   */
  abstract sanitize(weights: ReadonlyMap<string, WeightInfo>): Places;
}

/** What an encoder may be given beside ids. */
export interface EncoderOptions extends TraceOptions {
  /** (B, S), 1 = real, 0 = padding; default all real */
  attentionMask?: Rows | null;
  /** (B, S) segment numbers; default 0 */
  tokenTypeIds?: Rows | null;
  /** (B, S); default what the model type counts */
  positionIds?: Rows | null;
}

/** What an encoder gives back. */
export interface EncoderOutput extends TracedOutput {
  /** (B, S, D) */
  lastHiddenState: Tensor;
  /** (B, D); only of models with a pooler */
  poolerOutput?: Tensor;
}

/** A model that reads a sequence as a whole, in both directions (BERT and its kin): it embeds. */
export abstract class EncoderModel<C extends ModelConfig = ModelConfig> extends PretrainedModel<C> {
  /**
   * @param inputIds (B, S)
   * @throws ShapeError, ArgumentError for shapes that do not fit and ids out of range
   */
  abstract forward(inputIds: Rows, options?: EncoderOptions): EncoderOutput;
}

/** What a decoder may be given beside ids. */
export interface DecoderOptions extends TraceOptions {
  /** (B, cached + S), 1 = real, 0 = padding on either side; default all real */
  attentionMask?: Rows | null;
  /** (B, S); default counted by the mask, from the length of the cache on */
  positionIds?: Rows | null;
  /** Keys and values of what came before; this call appends to it. */
  cache?: DecoderCache | null;
  /** Of which positions: all (default), the last one, or none, which gives (B, 0, V). */
  logits?: 'all' | 'last' | 'none';
}

/** What a decoder gives back. */
export interface DecoderOutput extends TracedOutput {
  /** (B, S or 1 or 0, V) */
  logits: Tensor;
  /** (B, S, D), after the final norm */
  lastHiddenState: Tensor;
  /** The cache that was given. */
  cache: DecoderCache | null;
}

/** A model that reads from left to right and says what comes next (GPT-2, Llama and their kin): it generates. */
export abstract class DecoderModel<C extends ModelConfig = ModelConfig> extends PretrainedModel<C> {
  /** An empty cache for sequences of this model; see DecoderCache. */
  abstract createCache(options?: CacheOptions): DecoderCache;

  /**
   * @param inputIds (B, S)
   * @throws ShapeError, ArgumentError for shapes that do not fit and ids out of range
   */
  abstract forward(inputIds: Rows, options?: DecoderOptions): DecoderOutput;
}
