// Copies between strided tensors of one dtype.
import { DTypeError } from '../errors.js';
import { itemSize } from '../tensor/dtype.js';
import { broadcastStrides } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { forEachBlock } from './loop.js';

/** y = x, where x broadcasts to y.  The two do not overlap.  Not recorded: for ops and their backwards. */
export function copyInto(y: Tensor, x: Tensor): void {
  if (x.dtype !== y.dtype) throw new DTypeError(`cannot copy ${x.dtype} into ${y.dtype}`);
  const { kernels } = y.arena;
  const size = itemSize(y.dtype);
  const copy =
    size === 4 ? kernels.copy_strided_32 : size === 2 ? kernels.copy_strided_16 : kernels.copy_strided_8;
  const from = broadcastStrides(x.shape, x.strides, y.shape, 'copy: source');
  forEachBlock(y.shape, [y.strides, from], ({ sizes: [a, b, c, d], strides: [sy, sx] }, [oy, ox]) => {
    copy(y.ptr + oy * size, x.ptr + ox * size, a, b, c, d, ...sy, ...sx, 0, a * b * c);
  });
}

/** Dense f32 vectors one after another.  Not recorded. */
export function joinVectors(vectors: readonly Tensor[]): Tensor {
  const { arena } = vectors[0];
  let length = 0;
  for (const { numel } of vectors) length += numel;
  const y = Tensor.dense(arena, [length]);
  let at = y.ptr;
  for (const { ptr, numel } of vectors) {
    arena.u8.copyWithin(at, ptr, ptr + 4 * numel);
    at += 4 * numel;
  }
  return y;
}

/** The tensor itself if it is dense, else a dense copy.  Not recorded; `contiguous` is the recorded one. */
export function dense(x: Tensor): Tensor {
  if (x.isContiguous) return x;
  const y = Tensor.empty(x.arena, x.shape, x.dtype);
  copyInto(y, x);
  return y;
}
