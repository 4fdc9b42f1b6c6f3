// What generation is asked to do: a checkpoint's generation_config.json under the caller's options.
// Options are camelCase like the rest of this package; Hugging Face's snake_case names mean the same.
import { ArgumentError, ConfigError } from '../errors.js';

/** How the next token is chosen, and when to end. */
export interface GenerationConfig {
  /** The most new tokens; by default 256, or as many as the context holds. */
  maxNewTokens?: number;
  /** Draw from the distribution instead of taking the likeliest token.  True if a way of drawing is asked for. */
  doSample?: boolean;
  /** Logits are divided by it; above 1 is wilder.  0 is greedy. */
  temperature?: number;
  /** Only the k likeliest tokens; 0 for all. */
  topK?: number;
  /** Only the likeliest tokens that together have this probability (nucleus); 1 for all. */
  topP?: number;
  /** Only tokens with at least this share of the likeliest one's probability; 0 for all. */
  minP?: number;
  /** Above 1, tokens that prompt or text already hold become less likely; 1 for no change. */
  repetitionPenalty?: number;
  /** Integer from which all drawing follows; the same seed, the same text, on every runtime. */
  seed?: number;
  /** Texts that end it; they are not part of the result. */
  stopStrings?: readonly string[];
  /** Tokens that end it. */
  eosTokenId?: number | readonly number[] | null;
}

/** The names that Hugging Face gives the same things. */
export interface GenerationConfigJson {
  max_new_tokens?: number;
  do_sample?: boolean;
  temperature?: number;
  top_k?: number;
  top_p?: number;
  min_p?: number;
  repetition_penalty?: number;
  seed?: number;
  stop_strings?: string | readonly string[];
  eos_token_id?: number | readonly number[] | null;
}

/** How to generate, each name in one of the two spellings. */
export type GenerationOptions = GenerationConfig & GenerationConfigJson;

const NAMES: Readonly<Record<keyof GenerationConfigJson, keyof GenerationConfig>> = {
  max_new_tokens: 'maxNewTokens',
  do_sample: 'doSample',
  temperature: 'temperature',
  top_k: 'topK',
  top_p: 'topP',
  min_p: 'minP',
  repetition_penalty: 'repetitionPenalty',
  seed: 'seed',
  stop_strings: 'stopStrings',
  eos_token_id: 'eosTokenId',
};

// What each must be; `null` in a file or an option means that it is not set.
const CHECKS: Readonly<Record<keyof GenerationConfig, readonly [(v: unknown) => boolean, string]>> = {
  maxNewTokens: [(v) => integer(v, 1), 'a positive integer'],
  doSample: [(v) => typeof v === 'boolean', 'true or false'],
  temperature: [(v) => number(v, 0), 'a number of at least 0'],
  topK: [(v) => integer(v, 0), 'an integer of at least 0'],
  topP: [(v) => number(v, 0) && (v as number) <= 1, 'a number from 0 to 1'],
  minP: [(v) => number(v, 0) && (v as number) <= 1, 'a number from 0 to 1'],
  repetitionPenalty: [(v) => number(v, 0) && v !== 0, 'a positive number'],
  seed: [(v) => integer(v, 0), 'an integer from 0 to 2^53 - 1'],
  stopStrings: [
    (v) => list(v).every((s) => typeof s === 'string' && s !== ''),
    'a list of strings, none of them empty',
  ],
  eosTokenId: [(v) => list(v).every((id) => integer(id, 0)), 'a token id or a list of them'],
};

const number = (v: unknown, min: number): boolean => typeof v === 'number' && Number.isFinite(v) && v >= min;
const integer = (v: unknown, min: number): boolean => Number.isSafeInteger(v) && (v as number) >= min;
const list = (v: unknown): readonly unknown[] => (Array.isArray(v) ? v : [v]);

/** The parts of a parsed generation_config.json that matter here. @throws ConfigError */
export function readGenerationConfig(json: unknown): GenerationConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new ConfigError('generation_config.json must be an object');
  const known = Object.entries(json).filter(([name]) => Object.hasOwn(NAMES, name));
  return pick(known, (message) => new ConfigError(`generation_config.json: ${message}`));
}

/**
 * Options under one name each.
 * @param others names of options that are not about generation
 * @throws ArgumentError for a value out of range, a name that is not known, or a thing said twice
 */
export function readOptions(options: object, others: readonly string[] = []): GenerationConfig {
  return pick(
    Object.entries(options).filter(([name]) => !others.includes(name)),
    (message) => new ArgumentError(message),
  );
}

function pick(
  entries: readonly (readonly [string, unknown])[],
  error: (message: string) => Error,
): GenerationConfig {
  const config: Record<string, unknown> = {};
  for (const [name, value] of entries) {
    const key = Object.hasOwn(NAMES, name) ? NAMES[name as keyof GenerationConfigJson] : name;
    if (!Object.hasOwn(CHECKS, key))
      throw error(`unknown generation option ${name}; known are ${Object.keys(CHECKS).join(', ')}`);
    if (value === undefined || value === null) continue;
    const [holds, expected] = CHECKS[key as keyof GenerationConfig];
    if (!holds(value)) throw error(`${name} must be ${expected}, got ${JSON.stringify(value)}`);
    if (config[key] !== undefined) throw error(`${key} is given twice, also as ${name}`);
    config[key] = key === 'stopStrings' ? list(value) : value;
  }
  return config;
}

/** Everything decided: the options over the checkpoint's defaults. */
export interface Plan {
  /** Undefined: as many as fit, up to 256.  `explicit` if the caller said it. */
  readonly maxNewTokens: { readonly value: number; readonly explicit: boolean };
  readonly sample: boolean;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly repetitionPenalty: number;
  readonly seed: number;
  readonly stopStrings: readonly string[];
  readonly eos: ReadonlySet<number>;
}

const DEFAULT_NEW_TOKENS = 256;

export function planOf(options: GenerationConfig, defaults: GenerationConfig = {}): Plan {
  const { temperature = 1, ...all } = { ...defaults, ...options };
  // Whoever names a way of drawing wants to draw.
  const asked = (['temperature', 'topK', 'topP', 'minP', 'seed'] as const).some(
    (k) => options[k] !== undefined,
  );
  const sample = options.doSample ?? (asked || (defaults.doSample ?? false));
  return {
    maxNewTokens: {
      value: all.maxNewTokens ?? DEFAULT_NEW_TOKENS,
      explicit: options.maxNewTokens !== undefined,
    },
    sample: sample && temperature !== 0,
    temperature,
    topK: all.topK ?? 0,
    topP: all.topP ?? 1,
    minP: all.minP ?? 0,
    repetitionPenalty: all.repetitionPenalty ?? 1,
    seed: all.seed ?? 0,
    stopStrings: all.stopStrings ?? [],
    eos: new Set(list(all.eosTokenId ?? []) as number[]),
  };
}
