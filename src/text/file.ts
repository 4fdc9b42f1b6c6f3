// tokenizer.json and tokenizer_config.json as files in the wild have them, brought into the one form
// that the library underneath expects.
import { TokenizerError } from '../errors.js';
import type { SpecialTokenRole } from './tokenizer.js';

export type JsonObject = Record<string, unknown>;

export interface AddedToken extends JsonObject {
  id: number;
  content: string;
  special: boolean;
}

export interface TokenizerFile extends JsonObject {
  model: JsonObject & { type: string };
  added_tokens: AddedToken[];
}

export const ROLES: readonly SpecialTokenRole[] = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'];

/** Parses text; passes objects on. */
export function jsonObject(value: unknown, file: string): JsonObject {
  let parsed = value;
  if (typeof value === 'string') {
    try {
      parsed = JSON.parse(value);
    } catch (cause) {
      throw new TokenizerError(`${file} is not JSON: ${(cause as Error).message}`, { cause });
    }
  }
  if (!isObject(parsed)) throw new TokenizerError(`${file} is not a JSON object`);
  return parsed;
}

/** Completes a tokenizer.json; `config` contributes the added tokens that only it lists. */
export function normalizeFile(file: JsonObject, config: JsonObject): TokenizerFile {
  const { model } = file;
  if (!isObject(model)) throw new TokenizerError('tokenizer.json has no model; is it a tokenizer.json?');
  const type = model.type ?? inferType(model);
  if (type !== 'BPE' && type !== 'WordPiece' && type !== 'Unigram')
    throw new TokenizerError(
      `tokenizer.json has a model of type ${JSON.stringify(type)}; known are BPE, WordPiece, Unigram`,
    );
  checkVocabulary(model.vocab);
  return {
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    ...file,
    model: { ...model, type },
    added_tokens: addedTokens(file.added_tokens, config.added_tokens_decoder),
  };
}

/** Older files do not name their model; its fields tell. */
function inferType(model: JsonObject): string | undefined {
  if (Array.isArray(model.vocab)) return 'Unigram';
  if ('merges' in model) return 'BPE';
  return 'continuing_subword_prefix' in model ? 'WordPiece' : undefined;
}

// An id becomes an index into an array and a row of an embedding: a few large numbers in a hostile file
// must not become a huge table.
const MAX_ID = 2 ** 24;

function checkId(id: unknown, token: unknown): asserts id is number {
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0 || id >= MAX_ID)
    throw new TokenizerError(
      `tokenizer.json gives token ${JSON.stringify(token)} the id ${JSON.stringify(id)}`,
    );
}

function checkVocabulary(vocab: unknown): void {
  if (Array.isArray(vocab)) {
    for (const entry of vocab)
      if (!Array.isArray(entry) || typeof entry[0] !== 'string' || typeof entry[1] !== 'number')
        throw new TokenizerError(`tokenizer.json has ${JSON.stringify(entry)} where [token, score] belongs`);
  } else if (isObject(vocab)) for (const [token, id] of Object.entries(vocab)) checkId(id, token);
  else throw new TokenizerError('tokenizer.json has a model without a vocab');
}

/** Those of tokenizer.json, and after them those that only tokenizer_config.json knows (as in transformers). */
function addedTokens(listed: unknown, decoder: unknown): AddedToken[] {
  const tokens: AddedToken[] = [];
  const add = (entry: unknown, id: unknown) => {
    if (!isObject(entry) || typeof entry.content !== 'string')
      throw new TokenizerError(`added token ${JSON.stringify(entry)} has no content`);
    checkId(id, entry.content);
    if (entry.content === '') throw new TokenizerError(`added token ${id} is the empty string`);
    if (!tokens.some((t) => t.id === id || t.content === entry.content))
      tokens.push({ ...entry, id, content: entry.content, special: entry.special === true });
  };
  if (listed !== undefined && listed !== null && !Array.isArray(listed))
    throw new TokenizerError('tokenizer.json has added_tokens that are no list');
  for (const entry of (listed ?? []) as unknown[]) add(entry, isObject(entry) ? entry.id : undefined);
  for (const [id, entry] of Object.entries(isObject(decoder) ? decoder : {})) add(entry, Number(id));
  return tokens;
}

/** `bos_token` and its like: a string, or an object with the string as its content. */
export function roleTokens(config: JsonObject): ReadonlyMap<SpecialTokenRole, string> {
  const tokens = new Map<SpecialTokenRole, string>();
  for (const role of ROLES) {
    const value = config[`${role}_token`];
    const content = isObject(value) ? value.content : value;
    if (typeof content === 'string') tokens.set(role, content);
  }
  return tokens;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
