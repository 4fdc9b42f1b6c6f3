// Elements put where an index says.
import { wrapDim } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { asTensor, div, mul, type Operand } from './binary.js';
import { to } from './cast.js';
import { equal } from './compare.js';
import { copyInto } from './copy.js';
import { checked, gather, put, under } from './gather.js';
import { expectDType } from './util.js';
import { contiguous } from './view.js';

/** How values that meet at one place are joined. */
export interface ScatterOptions {
  /** how a value joins the one that is there; default: it takes its place */
  reduce?: 'sum' | 'prod' | 'amax' | 'amin';
}

const KIND = { sum: 'sum', prod: 'prod', amax: 'max', amin: 'min' } as const;

/**
 * `torch.scatter`, and `scatter_reduce` with its own values included: a copy of x in which, for dim = 1,
 * y[i][index[i][j][k]][k] is src[i][j][k] or is joined with it, in the order of j.  index i32, src f32 at
 * least as large, or one number.  Where several values take one place the last stays; the gradient is
 * that of places taken once.
 * @throws ShapeError, ArgumentError for an index outside 0..n-1
 */
export function scatter(
  x: Tensor,
  dim: number,
  index: Tensor,
  src: Operand,
  { reduce }: ScatterOptions = {},
): Tensor {
  expectDType(x, 'x', 'f32');
  const d = wrapDim(dim, x.rank);
  return x.arena.scope(() => {
    const places = checked(index, x.shape[d]);
    const from = typeof src === 'number' ? asTensor(src, x) : contiguous(cut(src, index));
    const y = contiguous(x.detach(), true);
    const part = under(y, d, index, 'scatter: x');
    const joined = contiguous(part);
    put(joined, d, places, from, reduce ? KIND[reduce] : 'set');
    if (joined !== part) copyInto(part, joined);
    return record(y, [x, from], [places, x, from, y], (dy, [at, sx, sv, sy]) =>
      gradients(dy, d, at, sx, sv, sy, reduce),
    );
  });
}

/** As much of src as the index has. */
function cut(src: Tensor, index: Tensor): Tensor {
  expectDType(src, 'src', 'f32');
  return under(src, -1, index, 'scatter: src');
}

function gradients(
  dy: Tensor,
  d: number,
  index: Tensor,
  x: Tensor,
  src: Tensor,
  y: Tensor,
  reduce: ScatterOptions['reduce'],
): [Tensor, Tensor] {
  if (reduce === 'sum') return [dy, gather(dy, d, index)];
  if (reduce === 'prod') {
    const whole = mul(dy, y);
    return [div(whole, x), div(gather(whole, d, index), src)];
  }
  if (!reduce) return [scatter(dy, d, index, 0), gather(dy, d, index)];
  // Shared evenly among all that reach the extreme, x's own element included.
  const [own, others] = [to(equal(x, y), 'f32'), to(equal(gather(y, d, index), src), 'f32')];
  const share = div(dy, scatter(own, d, index, others, { reduce: 'sum' }));
  return [mul(own, share), mul(others, gather(share, d, index))];
}
