// Normalisation.
import * as F from '../../../src/ops/index.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import type { Adapter, Call } from './call.js';

/** The dimensions from `axis` on, and their sizes. */
function under(x: Tensor, axis: number): { dims: number[]; sizes: number[] } {
  const from = axis < 0 ? axis + x.rank : axis;
  return { dims: x.shape.map((_, i) => i).slice(from), sizes: x.shape.slice(from) };
}

/** Mean and variance (of the whole, not of a sample). */
function statistics(x: Tensor, dim: number[], keepdim: boolean): { mean: Tensor; variance: Tensor } {
  const centred = F.sub(x, F.mean(x, { dim, keepdim: true }));
  return { mean: F.mean(x, { dim, keepdim }), variance: F.mean(F.square(centred), { dim, keepdim }) };
}

function layerNorm(call: Call): Tensor[] {
  const x = call.input(0);
  const { dims, sizes } = under(x, call.number('axis', -1));
  const eps = call.number('epsilon', 1e-5);
  const { mean, variance } = statistics(x, dims, true);
  const y = F.layerNorm(x, sizes, call.input(1), call.optional(2), { eps });
  return [y, mean, F.rsqrt(F.add(variance, eps))];
}

/** In training the statistics are the batch's own, and those of the past fade. */
function batchNorm(call: Call): Tensor[] {
  const [x, weight, bias, pastMean, pastVar] = call.inputs();
  const options = { eps: call.number('epsilon', 1e-5) };
  if (call.number('training_mode', 0) === 0)
    return [F.batchNorm(x, pastMean, pastVar, weight, bias, options)];
  const { mean, variance } = statistics(x, [0, ...under(x, 2).dims], false);
  const momentum = call.number('momentum', 0.9);
  const faded = (past: Tensor, now: Tensor): Tensor => F.add(F.mul(past, momentum), F.mul(now, 1 - momentum));
  return [
    F.batchNorm(x, mean, variance, weight, bias, options),
    faded(pastMean, mean),
    faded(pastVar, variance),
  ];
}

export const norm: Record<string, Adapter> = {
  BatchNormalization: batchNorm,
  GroupNormalization: (call) => {
    const [x, weight, bias] = call.inputs();
    return [
      F.groupNorm(x, call.number('num_groups', 1), weight, bias, { eps: call.number('epsilon', 1e-5) }),
    ];
  },
  // Each channel is a group of its own.
  InstanceNormalization: (call) => {
    const [x, weight, bias] = call.inputs();
    return [F.groupNorm(x, x.shape[1], weight, bias, { eps: call.number('epsilon', 1e-5) })];
  },
  LayerNormalization: layerNorm,
  LpNormalization: (call) => {
    const x = call.input(0);
    const dim = call.number('axis', -1);
    if (call.number('p', 2) === 2) return [F.normalize(x, { dim })];
    const size = F.sum(F.abs(x), { dim, keepdim: true });
    return [F.where(F.equal(size, 0), 0, F.div(x, size))];
  },
  RMSNormalization: (call) => {
    const x = call.input(0);
    const { sizes } = under(x, call.number('axis', -1));
    return [F.rmsNorm(x, sizes, call.input(1), { eps: call.number('epsilon', 1e-5) })];
  },
};
