// One call of a decoder, worked out before any layer runs: what is new, what is in the cache, who is
// padding, and which position each token has.
import { ArgumentError } from '../errors.js';
import type { AttentionOptions } from '../ops/attention.js';
import type { Arena } from '../tensor/arena.js';
import type { Tensor } from '../tensor/tensor.js';
import type { DecoderOptions } from './base.js';
import { idsTensor, keyMask, maskRows, positionsFromMask, type Rows, rowsOfIntegers } from './input.js';

export interface Pass {
  /** (B, S) i32 */
  readonly ids: Tensor;
  readonly B: number;
  readonly S: number;
  /** Positions in the cache. */
  readonly past: number;
  /** (B S) position of each token; null if they are past, past + 1, ... in every row */
  readonly positions: Int32Array | null;
  /** Every position lies below it. */
  readonly end: number;
  /** Causal, without padding. */
  readonly attention: AttentionOptions;
}

/** @throws ShapeError, ArgumentError */
export function decoderPass(arena: Arena, inputIds: Rows, options: DecoderOptions): Pass {
  const ids = idsTensor(arena, inputIds);
  const [B, S] = ids.shape;
  const past = options.cache?.offset ?? 0;
  const mask = maskRows(options.attentionMask, B, past + S);
  const positions = positionsOf(options, mask, B, S);
  return {
    ids,
    B,
    S,
    past,
    positions,
    end: positions ? positions.reduce((a, b) => Math.max(a, b), 0) + 1 : past + S,
    attention: { causalOffset: past, attnMask: keyMask(arena, mask, B), enableGqa: true },
  };
}

function positionsOf(
  { positionIds }: DecoderOptions,
  mask: Uint8Array | null,
  B: number,
  S: number,
): Int32Array | null {
  if (positionIds) {
    const positions = rowsOfIntegers(positionIds, [B, S], 'positionIds');
    for (const p of positions)
      if (p < 0 || p > 2 ** 24) throw new ArgumentError(`positionIds must be from 0 to 2^24, got ${p}`);
    return positions;
  }
  if (!mask) return null;
  const all = positionsFromMask(mask, B);
  const width = all.length / B;
  const out = new Int32Array(B * S);
  for (let b = 0; b < B; b++) out.set(all.subarray((b + 1) * width - S, (b + 1) * width), b * S);
  return out;
}
