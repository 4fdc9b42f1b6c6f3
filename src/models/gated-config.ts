// The configuration that the Llama family shares (Touvron et al. 2023 and what came after it); each
// model_type's own file says how its config.json maps to it.
import type { Activation } from '../ops/activation-kind.js';
import { readActivation } from './activation.js';
import type { ModelConfig } from './base.js';
import { divides, type Fields, LIMITS } from './config.js';
import { type RopeConfig, readRope } from './rope-config.js';

export interface GatedConfig extends ModelConfig {
  readonly intermediateSize: number;
  readonly heads: number;
  /** Key and value heads, each shared by heads / kvHeads query heads. */
  readonly kvHeads: number;
  readonly headDim: number;
  readonly rmsNormEps: number;
  readonly activation: Activation;
  readonly rope: RopeConfig;
  readonly tieWordEmbeddings: boolean;
  readonly qkvBias: boolean;
  readonly outputBias: boolean;
  readonly mlpBias: boolean;
  /** RMS norm of each head's query and key, before the rotation. */
  readonly qkNorm: boolean;
  /** For each layer, how many keys a query sees at most; null for all. */
  readonly windows: readonly (number | null)[];
}

/** What differs between the model types. */
export interface GatedTraits {
  qkvBias: boolean;
  outputBias: boolean;
  mlpBias?: boolean;
  qkNorm?: boolean;
  /** default hidden_size / num_attention_heads */
  headDim?: number;
  windows?: (layers: number) => (number | null)[];
}

/** @throws ConfigError */
export function readGatedConfig(f: Fields, modelType: string, traits: GatedTraits): GatedConfig {
  const hiddenSize = f.int('hidden_size', LIMITS.size);
  const heads = f.int('num_attention_heads', LIMITS.heads);
  const kvHeads = f.int('num_key_value_heads', LIMITS.heads, heads);
  divides(f, ['num_attention_heads', heads], ['num_key_value_heads', kvHeads]);
  let headDim = f.intOrNull('head_dim', LIMITS.headDim) ?? traits.headDim;
  if (headDim === undefined) {
    divides(f, ['hidden_size', hiddenSize], ['num_attention_heads', heads]);
    headDim = hiddenSize / heads;
  }
  const layers = f.int('num_hidden_layers', LIMITS.layers);
  const maxPositions = f.int('max_position_embeddings', LIMITS.positions);
  return {
    modelType,
    vocabSize: f.int('vocab_size', LIMITS.vocab),
    hiddenSize,
    intermediateSize: f.int('intermediate_size', LIMITS.size),
    layers,
    heads,
    kvHeads,
    headDim,
    maxPositions,
    rmsNormEps: f.number('rms_norm_eps', 1e-6, 0),
    activation: readActivation(f, 'hidden_act', 'silu'),
    rope: readRope(f, headDim, maxPositions),
    tieWordEmbeddings: f.boolean('tie_word_embeddings', false),
    qkvBias: traits.qkvBias,
    outputBias: traits.outputBias,
    mlpBias: traits.mlpBias ?? false,
    qkNorm: traits.qkNorm ?? false,
    windows: traits.windows?.(layers) ?? new Array(layers).fill(null),
  };
}

/**
 * Qwen's sliding windows: `layer_types` where the file has them, else, if `use_sliding_window`, all layers
 * from `max_window_layers` on.
 */
export function qwenWindows(f: Fields): (layers: number) => (number | null)[] {
  return (layers) => {
    const used = f.boolean('use_sliding_window', false);
    const window = used ? f.int('sliding_window', LIMITS.positions, 4096) : null;
    const from = used ? f.int('max_window_layers', 2 ** 31 - 1, 28, 0) : layers;
    const { value: types } = f.get('layer_types');
    if (types === undefined) return Array.from({ length: layers }, (_, i) => (i >= from ? window : null));
    const known = ['full_attention', 'sliding_attention'];
    if (!Array.isArray(types) || types.length !== layers || !types.every((t) => known.includes(t)))
      return f.fail('layer_types', `a list of ${layers} out of ${known.join(', ')}`, types);
    return types.map((t) => (t === 'sliding_attention' ? window : null));
  };
}
