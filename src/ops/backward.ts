// Where a gradient starts.
import { ShapeError } from '../errors.js';
import { show } from '../tensor/shape.js';
import { propagate } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { addTo } from './sum-to.js';
import { contiguous } from './view.js';

/** Where to start, and whether to keep the tape. */
export interface BackwardOptions {
  /** gradient of some scalar with respect to `y`, of its shape; needed unless `y` is one number */
  gradient?: Tensor;
  /** keep what the forward pass saved, so that backward() can run again */
  retainGraph?: boolean;
}

/**
 * `tensor.backward()`: adds to the `grad` of every leaf that y was computed from.
 * @throws ShapeError if y is not one number and no gradient is given, or it has another shape
 */
export function backward(y: Tensor, { gradient, retainGraph = false }: BackwardOptions = {}): void {
  if (!gradient && y.numel !== 1)
    throw new ShapeError(`backward of shape ${show(y.shape)} needs a gradient; only one number does without`);
  if (gradient && gradient.shape.join() !== y.shape.join())
    throw new ShapeError(`gradient must have shape ${show(y.shape)}, got ${show(gradient.shape)}`);
  y.arena.scope(() => {
    const dy = gradient ?? Tensor.from(y.arena, [1], y.shape);
    propagate(y, dy, retainGraph, { accumulate: addTo, copy: (t) => contiguous(t.detach(), true) });
  });
}
