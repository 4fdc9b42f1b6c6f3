// Rows of a table by their numbers.
import { ArgumentError, ShapeError } from '../errors.js';
import { show } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { PanelMatrix } from './panel-matrix.js';
import { expectDType, needsGrad, output, sameArena, zeros } from './util.js';
import { contiguous } from './view.js';
import type { Weight } from './weight.js';

/**
 * `torch.nn.functional.embedding`: ids (*) i32, weight (V, D), plain or as an output layer that
 * it is tied to has it (packed, quantised) -> (*, D) f32.
 * @throws ArgumentError for an id outside 0..V-1, naming its place
 */
export function embedding(ids: Tensor, weight: Weight): Tensor {
  expectDType(ids, 'ids', 'i32');
  if (weight.shape.length !== 2) throw new ShapeError(`weight must be (V, D), got ${show(weight.shape)}`);
  const [V, D] = weight.shape;
  return ids.arena.scope(() => {
    const dense = contiguous(ids);
    const n = ids.numel;
    const { kernels } = sameArena(ids, weight instanceof PanelMatrix ? null : weight);
    const bad = kernels.ids_in_range(dense.ptr, n, V);
    if (bad >= 0)
      throw new ArgumentError(
        `ids must be in 0..${V - 1}, got ${dense.data[bad]} at position ${bad} of ${n}`,
      );
    const y = output(ids, [...ids.shape, D]);
    if (weight instanceof PanelMatrix) {
      weight.gather(y.ptr, dense.ptr, n);
      return y;
    }
    kernels.embedding_f32(y.ptr, contiguous(weight).ptr, dense.ptr, D, 0, n);
    if (!needsGrad(weight)) return y;
    return record(y, [weight], [dense], (dy, [sids]) => {
      const dw = zeros(dy, [V, D]);
      kernels.embedding_f32_backward(dw.ptr, contiguous(dy).ptr, sids.ptr, n, D, -1, 0, D);
      return [dw];
    });
  });
}
