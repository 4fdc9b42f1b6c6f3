import { ArgumentError, TokenizerError } from '../errors.js';
import type { EncodeOptions } from './tokenizer.js';

export interface Truncated {
  readonly first: string[];
  readonly second: string[] | null;
  readonly dropped: number;
}

/**
 * Fits a text or a pair into `maxLength` tokens, before special tokens are added.
 * @param countSpecial how many will be added
 */
export function truncate(
  first: string[],
  second: string[] | null,
  { maxLength, truncate: side = 'error' }: EncodeOptions,
  countSpecial: () => number,
): Truncated {
  if (maxLength === undefined) return { first, second, dropped: 0 };
  if (!Number.isSafeInteger(maxLength) || maxLength < 0)
    throw new ArgumentError(`maxLength must be a non-negative integer, got ${maxLength}`);
  const special = countSpecial();
  const room = maxLength - special;
  const length = first.length + (second?.length ?? 0);
  if (length <= room) return { first, second, dropped: 0 };
  if (room < 0)
    throw new ArgumentError(`maxLength ${maxLength} leaves no room for the ${special} special tokens`);
  if (side === 'error')
    throw new TokenizerError(
      `the text has ${length + special} tokens, maxLength is ${maxLength}; pass truncate: 'right' or 'left' to cut it`,
    );
  // Hugging Face's `longest_first`: the shorter keeps up to half of the room, the longer gets the rest.
  const shorter = Math.min(first.length, second?.length ?? 0, Math.floor(room / 2));
  const keep = second === null || first.length > second.length ? room - shorter : shorter;
  return {
    first: cut(first, keep, side),
    second: second && cut(second, room - keep, side),
    dropped: length - room,
  };
}

function cut(tokens: string[], keep: number, side: 'right' | 'left'): string[] {
  return side === 'right'
    ? tokens.slice(0, keep)
    : tokens.slice(tokens.length - Math.min(keep, tokens.length));
}
