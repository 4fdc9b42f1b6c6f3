// The rectifier with a slope that is learned.
import { ShapeError } from '../errors.js';
import { show } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { mul } from './binary.js';
import { greater, where } from './compare.js';
import { reshape } from './view.js';

/**
 * `prelu` (He et al. 2015): x > 0 ? x : weight x.  weight holds one slope, or (C) one for each entry of
 * x's dimension 1, its channels; one of more dimensions is broadcast to x as it is.
 * @throws ShapeError
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  return x.arena.scope(() => {
    let slope = weight;
    if (weight.numel === 1) slope = reshape(weight, []);
    else if (weight.rank === 1) {
      if (x.rank < 2 || x.shape[1] !== weight.shape[0])
        throw new ShapeError(
          `prelu: weight of shape ${show(weight.shape)} does not fit the channels of x ${show(x.shape)}`,
        );
      slope = reshape(weight, [weight.shape[0], ...x.shape.slice(2).map(() => 1)]);
    }
    return where(greater(x, 0), x, mul(x, slope));
  });
}
