// Every so many-th entry of a dimension, and dimensions backwards.
import { expectCount, wrapDim } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { copyInto } from './copy.js';
import { zeros } from './util.js';

/**
 * x[start:end:step] in `dim`: a view.  As in Python, negative ends count from the back, and what lies
 * outside is cut off.  `narrow` is the strict form.
 */
export function slice(x: Tensor, dim: number, start = 0, end = Infinity, step = 1): Tensor {
  const d = wrapDim(dim, x.rank);
  expectCount(step, 'slice: step');
  const n = x.shape[d];
  const place = (p: number): number => Math.min(Math.max(p < 0 ? p + n : p, 0), n);
  const [from, to] = [place(start), place(end)];
  const cut = (t: Tensor): Tensor => {
    const shape = t.shape.map((size, i) => (i === d ? Math.max(0, Math.ceil((to - from) / step)) : size));
    const strides = t.strides.map((s, i) => (i === d ? s * step : s));
    return t.view(shape, strides, t.offset + from * t.strides[d]);
  };
  const whole = x.shape;
  return record(cut(x), [x], [], (dy) => {
    const dx = zeros(dy, whole);
    copyInto(cut(dx), dy);
    return [dx];
  });
}

/** `torch.flip`: a copy with the order of these dimensions reversed. */
export function flip(x: Tensor, dims: readonly number[]): Tensor {
  const turned = new Set(dims.map((d) => wrapDim(d, x.rank, 'dims')));
  const y = Tensor.empty(x.arena, x.shape, x.dtype);
  x.arena.scope(() => {
    // The last entry of each reversed dimension is the first, and steps lead back from there.
    let { offset } = x;
    const strides = x.strides.map((s, i) => {
      if (!turned.has(i) || x.numel === 0) return s;
      offset += s * (x.shape[i] - 1);
      return -s;
    });
    copyInto(y, x.view(x.shape, strides, offset));
  });
  return record(y, [x], [], (dy) => [flip(dy, dims)]);
}
