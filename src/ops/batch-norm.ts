// Normalisation by statistics that are given.
import { ShapeError } from '../errors.js';
import { show } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, mul, sub } from './binary.js';
import { rsqrt } from './unary.js';
import { expectShape } from './util.js';
import { reshape } from './view.js';

/**
 * `batch_norm` (Ioffe & Szegedy 2015) at inference: (x - mean) / sqrt(variance + eps) * weight + bias for
 * each channel.  x (B, C, ...) f32; runningMean, runningVar, weight, bias (C).  For training pass the
 * mean and variance of the batch itself, through which gradients flow.
 * @throws ShapeError
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor,
  runningVar: Tensor,
  weight?: Tensor | null,
  bias?: Tensor | null,
  { eps = 1e-5 }: { eps?: number } = {},
): Tensor {
  if (x.rank < 2) throw new ShapeError(`x must be (B, C, ...), got ${show(x.shape)}`);
  for (const [name, t] of Object.entries({ runningMean, runningVar, weight, bias }))
    if (t) expectShape(t, name, [x.shape[1]]);
  return x.arena.scope(() => {
    const perChannel = (t: Tensor): Tensor => reshape(t, [x.shape[1], ...x.shape.slice(2).map(() => 1)]);
    const scale = rsqrt(add(runningVar, eps));
    const centred = sub(x, perChannel(runningMean));
    const y = mul(centred, perChannel(weight ? mul(scale, weight) : scale));
    return bias ? add(y, perChannel(bias)) : y;
  });
}
