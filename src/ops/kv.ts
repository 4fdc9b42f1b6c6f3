// Keys and values in 16 or 8 bits, as a cache holds them: packed row by row, and read by attention as they lie.
import type { Arena } from '../tensor/arena.js';
import { Tensor } from '../tensor/tensor.js';
import { type AttentionOptions, attentionProblem, three } from './attention-problem.js';
import { expectDType, headsOutput } from './util.js';
import { contiguous, narrow } from './view.js';

/** How a cache keeps keys and values: as they are, in f16, or in 8 bits with a scale for every row and head. */
export type KvDType = 'f32' | 'f16' | 'q8';

const BITS = { f16: 16, q8: 8 } as const;
type Packed = keyof typeof BITS;

/** Bytes of a row of D numbers. */
export function kvRowSize(arena: Arena, D: number, dtype: Packed): number {
  return arena.kernels.kv_row_size(BITS[dtype], D);
}

/**
 * x (B, H, L, D) f32 to the positions from `start` on of a cache (B, H, positions, row), which is f32 with rows of D,
 * or u8 with rows of kvRowSize bytes.  Positions and rows are dense in the cache.
 */
export function writeKv(cache: Tensor, start: number, x: Tensor, dtype: KvDType): void {
  expectDType(x, 'keys and values', 'f32');
  const { kernels } = cache.arena;
  const [B, H, L, D] = x.shape;
  const [xs, ys] = [x.strides, cache.strides];
  const rows = B * H * L;
  if (dtype === 'f32') {
    const y = cache.ptr + 4 * start * ys[2];
    // biome-ignore format: one line for each group of the kernel's arguments
    kernels.copy_strided_32(
      y, x.ptr, B, H, L, D,
      ys[0], ys[1], ys[2], 1, xs[0], xs[1], xs[2], xs[3], 0, rows,
    );
  } else if (xs[3] === 1 || D <= 1) {
    const y = cache.ptr + start * ys[2];
    kernels.kv_pack_f32(y, x.ptr, BITS[dtype], H, L, D, ys[0], ys[1], ys[2], xs[0], xs[1], xs[2], 0, rows);
  } else cache.arena.scope(() => writeKv(cache, start, contiguous(x), dtype));
}

/** (B, H, L, D) f32 of what writeKv has kept. */
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
    const y = headsOutput(q);
    const scratch = arena.scratch(4 * kernels.attention_kv_f32_scratch(D));
    const units = kernels.attention_f32_units(B, H, G, L);
    const [qs, ks, ys, ms] = [q.strides, key.strides, y.strides, mask.strides];
    // biome-ignore format: one line for each group of the kernel's arguments
    kernels.attention_kv_f32(
      y.ptr, q.ptr, key.ptr, value.ptr, mask.ptr, scratch, BITS[dtype],
      H, G, L, S, D,
      qs[0], qs[1], qs[2], ks[0], ks[1], ks[2], ys[0], ys[1], ys[2],
      mask.kind, ms[0], ms[1], ms[2], ms[3],
      scale, softcap, lo, hi, 0, units,
    );
    return y;
  });
}
