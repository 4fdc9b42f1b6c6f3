// Sums, means, extremes: over one dimension, several, or all.
import { ArgumentError } from '../errors.js';
import { numel, wrapDim } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { div, mul, sub } from './binary.js';
import { to } from './cast.js';
import { equal } from './compare.js';
import { Reduce } from './kinds.js';
import { exp } from './unary.js';
import { expectDType, output } from './util.js';
import { contiguous, expand, permute, reshape } from './view.js';

/** Along which dimensions (all unless said), and whether they stay as 1. */
export interface ReduceOptions {
  /** one dimension or several; all of them when left out */
  dim?: number | readonly number[];
  /** keep each reduced dimension with size 1 */
  keepdim?: boolean;
}

/** dx from dy, x and y, where dy and y (outer, 1, inner) broadcast against x (outer, n, inner). */
type Gradient = (dy: Tensor, x: Tensor, y: Tensor) => Tensor;

/** `torch.sum`, in doubles and rounded once. */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce('sum', x, options, (dy, sx) => expand(dy, sx.shape));
}

/** `torch.mean`; NaN over nothing. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce('mean', x, options, (dy, sx) => expand(div(dy, sx.shape[1]), sx.shape));
}

/** `torch.prod`.  The gradient divides by each element: NaN where one is 0. */
export function prod(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce('prod', x, options, (dy, sx, y) => div(mul(dy, y), sx));
}

/** `torch.amax`: NaN if there is one; the gradient is shared evenly among equal maxima. */
export function amax(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce('max', x, options, evenly);
}

/** `torch.amin`: NaN if there is one; the gradient is shared evenly among equal minima. */
export function amin(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce('min', x, options, evenly);
}

/** `torch.logsumexp`: log(sum(exp(x))), safe against overflow. */
export function logsumexp(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce('logsumexp', x, options, (dy, sx, y) => mul(dy, exp(sub(sx, y))));
}

/** The 2-norm, `torch.linalg.vector_norm`.  The gradient at a zero vector is NaN. */
export function vectorNorm(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce('l2', x, options, (dy, sx, y) => mul(div(dy, y), sx));
}

function evenly(dy: Tensor, x: Tensor, y: Tensor): Tensor {
  const hits = to(equal(x, y), 'f32');
  return mul(hits, div(dy, sum(hits, { dim: 1, keepdim: true })));
}

function reduce(kind: keyof typeof Reduce, x: Tensor, options: ReduceOptions, gradient: Gradient): Tensor {
  expectDType(x, 'x', 'f32');
  const { dim, keepdim = false } = options;
  const dims = (dim === undefined ? x.shape.map((_, i) => i) : [dim].flat()).map((d) => wrapDim(d, x.rank));
  const reduced = new Set(dims);
  if (reduced.size !== dims.length) throw new ArgumentError(`dim [${dims.join(', ')}] names one twice`);
  const kept = x.shape.flatMap((n, i) => (reduced.has(i) ? (keepdim ? [1] : []) : [n]));
  return x.arena.scope(() => {
    const [outer, n, inner, dense] = folded(x, reduced);
    const x3 = reshape(dense, [outer, n, inner]);
    const y = output(x3, [outer, 1, inner]);
    x.arena.kernels.reduce_f32(y.ptr, x3.ptr, Reduce[kind], n, inner, n * inner, 0, outer * inner);
    return reshape(
      record(y, [x3], [x3, y], (dy, [sx, sy]) => [gradient(dy, sx, sy)]),
      kept,
    );
  });
}

/** x dense, with what is reduced in the middle: its own order if those dimensions are neighbours. */
function folded(x: Tensor, reduced: ReadonlySet<number>): [number, number, number, Tensor] {
  const first = reduced.size === 0 ? x.rank : Math.min(...reduced);
  const end = first + reduced.size;
  if (x.rank === 0) return [1, 1, 1, x];
  if (reduced.size === 0 || Math.max(...reduced) < end) {
    const size = (a: number, b: number): number => numel(x.shape.slice(a, b));
    return [size(0, first), size(first, end), size(end, x.rank), contiguous(x)];
  }
  const all = x.shape.map((_, i) => i);
  const order = [...all.filter((i) => !reduced.has(i)), ...all.filter((i) => reduced.has(i))];
  const moved = contiguous(permute(x, order));
  const n = numel([...reduced].map((i) => x.shape[i]));
  return [numel(all.filter((i) => !reduced.has(i)).map((i) => x.shape[i])), n, 1, moved];
}
