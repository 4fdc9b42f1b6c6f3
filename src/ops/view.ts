// Other ways to look at the same numbers.  All but contiguous() and reshape() of a strided tensor share
// memory with their input, and all carry gradients.
import { ArgumentError, ShapeError } from '../errors.js';
import {
  broadcastStrides,
  checkShape,
  expectCount,
  inferShape,
  numel,
  type Shape,
  show,
  viewStrides,
  wrapDim,
} from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { copyInto } from './copy.js';
import { sumTo } from './sum-to.js';
import { needsGrad, zeros } from './util.js';

/** A dense tensor of the same values: the tensor itself if it is dense, unless a `copy` is asked for. */
export function contiguous(x: Tensor, copy = false): Tensor {
  if (x.isContiguous && !copy) return x;
  const y = Tensor.dense(x.arena, x.shape, x.dtype);
  copyInto(y, x);
  return needsGrad(x) ? record(y, [x], [], (dy) => [dy]) : y;
}

/** `torch.reshape`: one size may be -1.  A view where the strides allow it, else of a dense copy. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const to = inferShape(shape, x.numel);
  checkShape(to);
  if (numel(to) !== x.numel)
    throw new ShapeError(`reshape: ${show(x.shape)} has ${x.numel} elements, ${show(to)} needs ${numel(to)}`);
  const strides = x.isContiguous ? null : viewStrides(x.shape, x.strides, to);
  if (!strides && !x.isContiguous) return reshape(contiguous(x), to);
  const y = x.view(to, strides, x.offset);
  const from = x.shape;
  return needsGrad(x) ? record(y, [x], [], (dy) => [reshape(dy, from)]) : y;
}

/** `torch.permute`: dimension i of the result is dimension `dims[i]` of x. */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  const order = dims.map((d) => wrapDim(d, x.rank, 'dims'));
  if (order.length !== x.rank || new Set(order).size !== x.rank)
    throw new ArgumentError(`permute: dims ${show(dims)} must name each of the ${x.rank} dimensions once`);
  const y = x.view(
    order.map((d) => x.shape[d]),
    order.map((d) => x.strides[d]),
    x.offset,
  );
  if (!needsGrad(x)) return y;
  return record(y, [x], [], (dy) => [
    permute(
      dy,
      order.map((_, i) => order.indexOf(i)),
    ),
  ]);
}

/** `torch.transpose`: swaps two dimensions. */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  const [a, b] = [wrapDim(dim0, x.rank, 'dim0'), wrapDim(dim1, x.rank, 'dim1')];
  const order = x.shape.map((_, i) => (i === a ? b : i === b ? a : i));
  return permute(x, order);
}

/** `torch.narrow`: `length` entries of `dim` from `start` on. */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  const d = wrapDim(dim, x.rank);
  if (
    !Number.isInteger(start) ||
    !Number.isInteger(length) ||
    start < 0 ||
    length < 0 ||
    start + length > x.shape[d]
  )
    throw new ArgumentError(
      `narrow: start ${start} and length ${length} do not lie within dimension ${d} of ${show(x.shape)}`,
    );
  const from = x.shape;
  const shape = from.slice();
  shape[d] = length;
  const y = x.view(shape, x.strides, x.offset + start * x.strides[d]);
  if (!needsGrad(x)) return y;
  return record(y, [x], [], (dy) => {
    const dx = zeros(dy, from);
    copyInto(narrow(dx, d, start, length), dy);
    return [dx];
  });
}

/** `torch.select`: entry `index` of `dim`, which is dropped. */
export function select(x: Tensor, dim: number, index: number): Tensor {
  const d = wrapDim(dim, x.rank);
  return squeeze(narrow(x, d, index < 0 ? index + x.shape[d] : index, 1), d);
}

/** `torch.unsqueeze`: a new dimension of size 1 at `dim`. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  const d = wrapDim(dim, x.rank + 1);
  return reshape(x, [...x.shape.slice(0, d), 1, ...x.shape.slice(d)]);
}

/** `torch.squeeze`: drops `dim` if its size is 1; without `dim`, every dimension of size 1. */
export function squeeze(x: Tensor, dim?: number): Tensor {
  const d = dim === undefined ? -1 : wrapDim(dim, x.rank);
  return reshape(
    x,
    x.shape.filter((n, i) => n !== 1 || (dim !== undefined && i !== d)),
  );
}

/** `torch.flatten`: merges dimensions startDim..endDim. */
export function flatten(x: Tensor, startDim = 0, endDim = -1): Tensor {
  const [a, b] = [wrapDim(startDim, x.rank, 'startDim'), wrapDim(endDim, x.rank, 'endDim')];
  if (a > b) throw new ArgumentError(`flatten: startDim ${startDim} comes after endDim ${endDim}`);
  return reshape(x, [...x.shape.slice(0, a), numel(x.shape.slice(a, b + 1)), ...x.shape.slice(b + 1)]);
}

/** `torch.broadcast_to`: repeats dimensions of size 1 without copying (stride 0). */
export function expand(x: Tensor, shape: Shape): Tensor {
  const lead = shape.length - x.rank;
  const to = shape.map((n, i) => (n === -1 && i >= lead ? x.shape[i - lead] : n));
  checkShape(to);
  const y = x.view(to, broadcastStrides(x.shape, x.strides, to, 'expand: tensor'), x.offset);
  const from = x.shape;
  return record(y, [x], [], (dy) => [sumTo(dy, from)]);
}

/** `torch.cat`: joins along `dim`; all other sizes are equal. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  if (tensors.length === 0) throw new ArgumentError('cat needs at least one tensor');
  const [first] = tensors;
  const d = wrapDim(dim, first.rank);
  for (const t of tensors)
    if (
      t.dtype !== first.dtype ||
      t.rank !== first.rank ||
      t.shape.some((n, i) => i !== d && n !== first.shape[i])
    )
      throw new ShapeError(
        `cat along ${d}: ${t.dtype} ${show(t.shape)} does not fit ${first.dtype} ${show(first.shape)}`,
      );
  const total = tensors.reduce((n, t) => n + t.shape[d], 0);
  const y = Tensor.empty(
    first.arena,
    first.shape.map((n, i) => (i === d ? total : n)),
    first.dtype,
  );
  const starts: number[] = [];
  first.arena.scope(() => {
    let at = 0;
    for (const t of tensors) {
      copyInto(narrow(y, d, at, t.shape[d]), t);
      starts.push(at);
      at += t.shape[d];
    }
  });
  const sizes = tensors.map((t) => t.shape[d]);
  return record(y, tensors, [], (dy) => sizes.map((n, i) => narrow(dy, d, starts[i], n)));
}

/** `torch.stack`: joins tensors of one shape along a new dimension. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  if (tensors.length === 0) throw new ArgumentError('stack needs at least one tensor');
  return tensors[0].arena.scope(() =>
    cat(
      tensors.map((t) => unsqueeze(t, dim)),
      dim,
    ),
  );
}

/** `torch.split` with a size (the last part may be smaller) or a list of sizes. */
export function split(x: Tensor, size: number | readonly number[], dim = 0): Tensor[] {
  const d = wrapDim(dim, x.rank);
  const n = x.shape[d];
  const sizes = typeof size === 'number' ? cut(n, size) : size;
  if (sizes.reduce((a, b) => a + b, 0) !== n)
    throw new ArgumentError(
      `split: sizes ${show(sizes)} do not add up to dimension ${d} of ${show(x.shape)}`,
    );
  let at = 0;
  return sizes.map((s) => {
    const part = narrow(x, d, at, s);
    at += s;
    return part;
  });
}

/** `torch.chunk`: at most `chunks` parts of equal size, the last possibly smaller. */
export function chunk(x: Tensor, chunks: number, dim = 0): Tensor[] {
  const n = x.shape[wrapDim(dim, x.rank)];
  expectCount(chunks, 'chunk: chunks');
  return split(x, Math.max(1, Math.ceil(n / chunks)), dim);
}

function cut(n: number, size: number): number[] {
  expectCount(size, 'split: size');
  const parts: number[] = [];
  for (let left = n; left > 0; left -= size) parts.push(Math.min(size, left));
  return parts.length > 0 ? parts : [0];
}
