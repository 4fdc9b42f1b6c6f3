// What a sentence-transformers repository says about embeddings: modules.json lists the steps after the
// Transformer, 1_Pooling/config.json the way of pooling.
import { ConfigError } from '../errors.js';
import type { PoolMode } from '../ops/pool.js';

/** How a checkpoint wants its vectors made, as its sentence-transformers files state it. */
export interface EmbedSettings {
  readonly pooling: PoolMode;
  readonly normalize: boolean;
  /** Tokens, special ones included; undefined where nothing is said. */
  readonly maxLength?: number;
}

/** For repositories that say nothing: mean pooling, no normalization. */
export const DEFAULT_SETTINGS: EmbedSettings = { pooling: 'mean', normalize: false };

export interface SentenceModule {
  /** The last part of its Python name: Transformer, Pooling, Normalize, Dense, ... */
  readonly kind: string;
  /** Its folder; empty for the repository itself. */
  readonly path: string;
}

/** modules.json as a list in order. @throws ConfigError */
export function readModules(json: unknown): SentenceModule[] {
  if (!Array.isArray(json)) throw new ConfigError('modules.json must be a list');
  return json.map((entry: unknown) => {
    const { type, path } = (entry ?? {}) as Record<string, unknown>;
    if (typeof type !== 'string' || typeof path !== 'string')
      throw new ConfigError(`modules.json: each entry needs a type and a path, got ${JSON.stringify(entry)}`);
    return { kind: type.slice(type.lastIndexOf('.') + 1), path };
  });
}

/** @throws ConfigError for a step that would change the result and is not supported */
export function checkModules(modules: readonly SentenceModule[]): void {
  const known = ['Transformer', 'Pooling', 'Normalize'];
  const other = modules.find(({ kind }) => !known.includes(kind));
  if (other) throw new ConfigError(`modules.json asks for ${other.kind}; supported are ${known.join(', ')}`);
}

/** The ways of pooling, by the names that sentence-transformers gives them. */
export const POOLINGS: readonly PoolMode[] = [
  'mean',
  'mean_sqrt_len',
  'weightedmean',
  'max',
  'cls',
  'lasttoken',
];

/** 1_Pooling/config.json: `pooling_mode_*` flags, or one `pooling_mode`. @throws ConfigError */
export function readPooling(json: unknown, file = '1_Pooling/config.json'): PoolMode {
  if (typeof json !== 'object' || json === null) throw new ConfigError(`${file} must be an object`);
  const config = json as Record<string, unknown>;
  // Flags are called pooling_mode_mean_tokens, pooling_mode_cls_token, pooling_mode_lasttoken, ...
  const chosen =
    typeof config.pooling_mode === 'string'
      ? [config.pooling_mode]
      : Object.keys(config)
          .filter((key) => key.startsWith('pooling_mode_') && config[key] === true)
          .map((key) => key.slice('pooling_mode_'.length).replace(/_tokens?$/, ''));
  const mode = POOLINGS.find((p) => p === chosen[0]);
  if (chosen.length !== 1 || mode === undefined)
    throw new ConfigError(
      `${file} must choose one of ${POOLINGS.join(', ')}, it chooses ${chosen.join(' and ') || 'none'}`,
    );
  return mode;
}
