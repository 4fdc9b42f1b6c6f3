// The diagonal of two dimensions, as a view.
import { ArgumentError } from '../errors.js';
import { show, wrapDim } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { copyInto } from './copy.js';
import { zeros } from './util.js';

/**
 * `torch.diagonal`: entries (i, i + offset) of dimensions dim1 and dim2, which make way for a new last one.
 * @throws ArgumentError if both are the same dimension
 */
export function diagonal(x: Tensor, { offset = 0, dim1 = 0, dim2 = 1 } = {}): Tensor {
  const [a, b] = [wrapDim(dim1, x.rank, 'dim1'), wrapDim(dim2, x.rank, 'dim2')];
  if (a === b || !Number.isInteger(offset))
    throw new ArgumentError(
      `diagonal: dim1 ${dim1} and dim2 ${dim2} of ${show(x.shape)} must differ, offset ${offset} be an integer`,
    );
  const [row, column] = [Math.max(0, -offset), Math.max(0, offset)];
  const length = Math.max(0, Math.min(x.shape[a] - row, x.shape[b] - column));
  const along = (t: Tensor): Tensor => {
    const rest = (of: readonly number[]): number[] => of.filter((_, i) => i !== a && i !== b);
    const start = length === 0 ? 0 : row * t.strides[a] + column * t.strides[b];
    const strides = [...rest(t.strides), t.strides[a] + t.strides[b]];
    return t.view([...rest(t.shape), length], strides, t.offset + start);
  };
  const whole = x.shape;
  return record(along(x), [x], [], (dy) => {
    const dx = zeros(dy, whole);
    copyInto(along(dx), dy);
    return [dx];
  });
}
