// Values kept within bounds.
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { greaterEqual, lessEqual, where } from './compare.js';
import { expectDType, output } from './util.js';
import { contiguous } from './view.js';

/** Bounds; without one there is none on that side. */
export interface ClampOptions {
  /** default: no lower bound */
  min?: number;
  /** default: no upper bound */
  max?: number;
}

/**
 * `torch.clamp`: min(max(x, min), max), NaN staying NaN, and max everywhere if min > max.
 * The gradient flows where x is within the bounds, bounds included.
 */
export function clamp(x: Tensor, { min = -Infinity, max = Infinity }: ClampOptions): Tensor {
  expectDType(x, 'x', 'f32');
  return x.arena.scope(() => {
    const dense = contiguous(x);
    const y = output(x);
    x.arena.kernels.clamp_f32(y.ptr, dense.ptr, min, max, 0, x.numel);
    return record(y, [dense], [dense], (dy, [sx]) => [
      where(greaterEqual(sx, min), where(lessEqual(sx, max), dy, 0), 0),
    ]);
  });
}
