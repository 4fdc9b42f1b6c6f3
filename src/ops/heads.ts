// Heads side by side in a row, and heads as a dimension of their own: the same numbers, so no copy.
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { needsGrad } from './util.js';
import { narrow, reshape, transpose } from './view.js';

/** (B, S, H D) -> (B, H, S, D), a view; of columns `first` to `first` + `size` only, where these are given */
export function splitHeads(x: Tensor, heads: number, first = 0, size = x.shape[2]): Tensor {
  const [B, S, width] = x.shape;
  const D = size / heads;
  const [b, s, d] = x.strides;
  const y = x.view([B, heads, S, D], [b, D * d, s, d], x.offset + first * d);
  if (!needsGrad(x)) return y;
  if (size < width) return splitHeads(narrow(x, 2, first, size), heads);
  return record(y, [x], [], (dy) => [mergeHeads(dy)]);
}

/** (B, H, S, D) -> (B, S, H D), a view of what lies as attention gives it, else a copy */
export function mergeHeads(x: Tensor): Tensor {
  const [B, H, S, D] = x.shape;
  const [b, h, s, d] = x.strides;
  if (h !== D * d && H > 1) return reshape(transpose(x, 1, 2), [B, S, H * D]);
  const dense = d === 1 && s === H * D && b === S * s;
  const y = x.view([B, S, H * D], dense ? null : [b, s, d], x.offset);
  return needsGrad(x) ? record(y, [x], [], (dy) => [splitHeads(dy, H)]) : y;
}
