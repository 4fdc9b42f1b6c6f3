// Keys and values in 16 or 8 bits, as a cache holds them: packed row by row, and read by attention as they lie.
import type { Arena } from '../tensor/arena.js';
import { rowMajor } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { type AttentionOptions, attentionProblem, three } from './attention-problem.js';
import { narrow } from './view.js';

/** How a cache keeps keys and values: as they are, in f16, or in 8 bits with a scale for every row and head. */
export type KvDType = 'f32' | 'f16' | 'q8';

const BITS = { f16: 16, q8: 8 } as const;
type Packed = keyof typeof BITS;

/** Bytes of a row of D numbers. */
export function kvRowSize(arena: Arena, D: number, dtype: Packed): number {
  return arena.kernels.kv_row_size(BITS[dtype], D);
}

/** y (B, H, L, bytes of a row) u8 = x (B, H, L, D) f32, the last dimension contiguous in both. */
export function packKv(y: Tensor, x: Tensor, dtype: Packed): void {
  const [B, H, L, D] = x.shape;
  y.arena.kernels.kv_pack_f32(
    ...([y.ptr, x.ptr, BITS[dtype], H, L, D, ...three(y), ...three(x), 0, B * H * L] as const),
  );
}

/** (B, H, L, D) f32 of what packKv has kept. */
export function unpackKv(x: Tensor, D: number, dtype: Packed): Tensor {
  const [B, H, L] = x.shape;
  const y = Tensor.empty(x.arena, [B, H, L, (D + 7) & ~7]);
  x.arena.kernels.kv_unpack_f32(
    ...([y.ptr, x.ptr, BITS[dtype], H, L, D, ...three(x), 0, B * H * L] as const),
  );
  return narrow(y, 3, 0, D);
}

/**
 * scaledDotProductAttention(query, unpackKv(key), unpackKv(value), options), bit for bit, for a few queries
 * (B, H, L, D): nothing is unpacked but a block at a time.  key and value (B, G, S, bytes) have one layout.
 */
export function attendKv(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  dtype: Packed,
  options: AttentionOptions,
): Tensor {
  const { arena } = query;
  const { kernels } = arena;
  return arena.scope(() => {
    const D = query.shape[3];
    const [B, G, S] = key.shape;
    // Only its shape is looked at.
    const like = Tensor.empty(arena, [D]).view([B, G, S, D], [0, 0, 0, 1], 0);
    const { q, H, L, mask, scale, softcap, lo, hi } = attentionProblem(query, like, like, options);
    const shape = [B, L, H, D];
    const [oB, oL, oH] = rowMajor(shape);
    const y = Tensor.empty(arena, shape).view([B, H, L, D], [oB, oH, oL, 1], 0);
    const scratch = arena.scratch(4 * kernels.attention_kv_f32_scratch(D));
    const heads = [...three(q), ...three(key), ...three(y)] as const;
    kernels.attention_kv_f32(
      ...([y.ptr, q.ptr, key.ptr, value.ptr, mask.ptr, scratch, BITS[dtype], H, G, L, S, D] as const),
      ...(heads as unknown as [number, number, number, number, number, number, number, number, number]),
      ...([mask.kind, ...mask.strides, scale, softcap, lo, hi, 0] as const),
      kernels.attention_f32_units(B, H, G, L),
    );
    return y;
  });
}
