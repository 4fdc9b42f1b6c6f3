import { ArgumentError } from '../errors.js';
import type { EncodeOptions, Encoding, Tokenizer } from './tokenizer.js';

export interface PadOptions {
  /** Pad every row to this many tokens; by default to the longest row. */
  readonly length?: number;
  /** Round the row length up to a multiple. */
  readonly multipleOf?: number;
  /** Where padding goes; by default `right`. */
  readonly side?: 'right' | 'left';
}

/** B rows of S tokens, row-major: what an embedding layer takes. */
export interface Batch {
  readonly shape: readonly [B: number, S: number];
  readonly ids: Int32Array;
  /** 1 where a token is real, 0 where it is padding. */
  readonly attentionMask: Uint8Array;
  readonly typeIds: Int32Array;
  /** Real tokens of each row. */
  readonly lengths: readonly number[];
}

/** Lays encodings out as rows of equal length. */
export function padBatch(encodings: readonly Encoding[], padId: number, options: PadOptions = {}): Batch {
  const { multipleOf = 1, side = 'right' } = options;
  const lengths = encodings.map((encoding) => encoding.ids.length);
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0);
  const wanted = options.length ?? longest;
  if (!Number.isSafeInteger(wanted) || wanted < longest)
    throw new ArgumentError(
      `padding length ${wanted} is not an integer of at least the longest row, ${longest}`,
    );
  if (!Number.isSafeInteger(multipleOf) || multipleOf < 1)
    throw new ArgumentError(`padding multipleOf must be a positive integer, got ${multipleOf}`);
  const S = Math.ceil(wanted / multipleOf) * multipleOf;
  const B = encodings.length;
  const ids = new Int32Array(B * S).fill(padId);
  const attentionMask = new Uint8Array(B * S);
  const typeIds = new Int32Array(B * S);
  encodings.forEach((encoding, row) => {
    const start = row * S + (side === 'right' ? 0 : S - lengths[row]);
    ids.set(encoding.ids, start);
    attentionMask.fill(1, start, start + lengths[row]);
    typeIds.set(encoding.typeIds, start);
  });
  return { shape: [B, S], ids, attentionMask, typeIds, lengths };
}

/**
 * Encodes texts, or pairs of texts, into one padded batch.  A tokenizer without a padding token pads
 * with id 0: the mask keeps it from being seen.
 */
export function encodeBatch(
  tokenizer: Tokenizer,
  texts: readonly (string | readonly [string, string])[],
  { padding, ...options }: Omit<EncodeOptions, 'pair'> & { readonly padding?: PadOptions } = {},
): Batch {
  const encodings = texts.map((text) =>
    typeof text === 'string'
      ? tokenizer.encode(text, options)
      : tokenizer.encode(text[0], { ...options, pair: text[1] }),
  );
  return padBatch(encodings, tokenizer.special.pad ?? 0, padding);
}
