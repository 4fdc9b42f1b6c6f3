// Elements and rows picked by numbers, and put back by them.
import { ArgumentError, ShapeError } from '../errors.js';
import { numel, show, wrapDim } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { embedding } from './embedding.js';
import { Scatter } from './kinds.js';
import { expectDType, output, sameArena, zeros } from './util.js';
import { contiguous, expand, narrow, permute, reshape } from './view.js';

/**
 * `torch.gather`: y[i][j][k] = x[i][index[i][j][k]][k] for dim = 1, and so for each dim.  x f32 or i32;
 * index i32, of x's rank, in other dimensions no larger than x -> index's shape.
 * @throws ShapeError, ArgumentError for an index outside 0..n-1
 */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  expectDType(x, 'x', 'f32', 'i32');
  const d = wrapDim(dim, x.rank);
  return x.arena.scope(() => {
    const from = contiguous(under(x, d, index, 'gather: x'));
    const places = checked(index, from.shape[d]);
    const y = output(x, index.shape, x.dtype);
    const [n, m, inner] = sizes(from, d, index);
    x.arena.kernels.gather_32(y.ptr, from.ptr, places.ptr, n, m, inner, 0, index.numel);
    return record(y, [from], [places], (dy, [at]) => {
      const dx = zeros(dy, from.shape);
      put(dx, d, at, contiguous(dy), 'sum');
      return [dx];
    });
  });
}

/**
 * `torch.index_select`: the entries of `dim` with these numbers.  x f32 or i32, index (m) i32.
 * @throws ArgumentError for an index outside 0..n-1
 */
export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  expectDType(x, 'x', 'f32', 'i32');
  const d = wrapDim(dim, x.rank);
  if (index.rank !== 1) throw new ShapeError(`index must be (m), got ${show(index.shape)}`);
  return x.arena.scope(() => {
    const order = [d, ...x.shape.map((_, i) => i).filter((i) => i !== d)];
    const moved = permute(x, order);
    const [n, ...rest] = moved.shape;
    const table = reshape(moved, [n, numel(rest)]);
    const rows =
      x.dtype === 'f32'
        ? embedding(index, table)
        : gather(table, 0, expand(reshape(index, [-1, 1]), [index.numel, numel(rest)]));
    return permute(
      reshape(rows, [index.numel, ...rest]),
      order.map((_, i) => order.indexOf(i)),
    );
  });
}

/** (n, m, inner) of a tensor whose dimension d has n entries under an index with m of them. */
function sizes(x: Tensor, d: number, index: Tensor): [number, number, number] {
  return [x.shape[d] ?? 1, index.shape[d] ?? 1, numel(x.shape.slice(d + 1))];
}

/** The part of x that an index covers: all of dimension d, of the others as much as the index has. */
export function under(x: Tensor, d: number, index: Tensor, what: string): Tensor {
  const larger = index.shape.some((n, i) => i !== d && n > x.shape[i]);
  if (index.rank !== x.rank || larger)
    throw new ShapeError(`${what} of shape ${show(x.shape)} does not cover an index of ${show(index.shape)}`);
  return index.shape.reduce((t, n, i) => (i === d || n === t.shape[i] ? t : narrow(t, i, 0, n)), x);
}

/** A dense index. @throws ArgumentError for an entry outside 0..n-1 */
export function checked(index: Tensor, n = 1): Tensor {
  expectDType(index, 'index', 'i32');
  const dense = contiguous(index);
  const bad = index.arena.kernels.ids_in_range(dense.ptr, index.numel, n);
  if (bad >= 0)
    throw new ArgumentError(`index must be in 0..${n - 1}, got ${dense.data[bad]} at position ${bad}`);
  return dense;
}

/** Into y, dense and read by `kind`, at checked places.  Not recorded. */
export function put(y: Tensor, d: number, index: Tensor, src: Tensor, kind: keyof typeof Scatter): void {
  const { kernels } = sameArena(y, index, src);
  const [n, m, inner] = sizes(y, d, index);
  const columns = numel(index.shape.slice(0, d)) * inner;
  const step = src.rank === 0 && index.rank > 0 ? 0 : 1;
  kernels.scatter_f32(y.ptr, index.ptr, src.ptr, step, Scatter[kind], n, m, inner, 0, columns);
}
