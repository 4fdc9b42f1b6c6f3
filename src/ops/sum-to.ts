// The backward of broadcasting.
import { broadcastStrides, type Shape, sameShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { dense } from './copy.js';
import { forEachBlock } from './loop.js';
import { zeros } from './util.js';

/**
 * Sums x over the dimensions in which `shape` was broadcast to x's shape; x itself if there are none.
 * Not recorded: for backwards.
 */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const y = zeros(x, shape);
  addTo(y, x);
  return y;
}

/** y += x summed to y's shape, in place.  Not recorded. */
export function addTo(y: Tensor, x: Tensor): void {
  y.arena.scope(() => {
    const from = dense(x);
    const { kernels } = y.arena;
    if (y.isContiguous && sameShape(y.shape, x.shape)) {
      kernels.add_scaled_f32(y.ptr, from.ptr, 1, 0, y.numel);
      return;
    }
    const to = broadcastStrides(y.shape, y.strides, x.shape);
    forEachBlock(x.shape, [from.strides, to], ({ sizes: n, strides: [, sy] }, [ox, oy]) => {
      const kept = n.reduce((k, size, d) => (sy[d] === 0 ? k : k * size), 1);
      kernels.sum_to_f32(y.ptr + 4 * oy, from.ptr + 4 * ox, 1, ...n, ...sy, 0, kept);
    });
  });
}
