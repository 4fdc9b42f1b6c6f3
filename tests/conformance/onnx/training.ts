// Losses, and a step of an optimiser.
import * as F from '../../../src/ops/index.js';
import { SGD } from '../../../src/optim/index.js';
import { Tensor } from '../../../src/tensor/tensor.js';
import type { Adapter, Call } from './call.js';

function classLoss(call: Call): F.ClassLossOptions {
  return {
    weight: call.optional(2),
    ignoreIndex: call.number('ignore_index', -100),
    reduction: call.text('reduction', 'mean') as 'mean',
  };
}

/**
 * Inputs: the rate, the number of the step, then all parameters, all gradients and all momenta; outputs: the
 * parameters, then the momenta.  SGD of PyTorch takes the gradient 1 - dampening times.
 */
function momentum(call: Call): Tensor[] {
  const [rate, step] = [call.value(0, 0), call.value(1, 0)];
  const n = (call.count - 2) / 3;
  const inputs = Array.from({ length: 3 * n }, (_, i) => call.input(2 + i));
  const [params, grads, past] = [0, 1, 2].map((part) => inputs.slice(part * n, (part + 1) * n));
  const optimizer = new SGD(params, {
    lr: rate,
    momentum: call.number('alpha', 0),
    dampening: 1 - (step > 0 ? call.number('beta', 0) : 1),
    weightDecay: call.number('norm_coefficient', 0),
    nesterov: call.text('mode', 'standard') === 'nesterov',
  });
  const state = past.flatMap((v, i): [string, Tensor][] => [
    [`${i}.momentum_buffer`, v],
    [`${i}.step`, Tensor.from(call.engine.arena, [step], [], 'i32')],
  ]);
  optimizer.loadStateDict({ ...optimizer.stateDict(), state: new Map(state) });
  // The gradient of sum(x g) is g.
  params.forEach((x, i) => {
    x.requiresGrad = true;
    F.backward(F.sum(F.mul(x, grads[i])));
  });
  optimizer.step();
  const after = optimizer.stateDict().state;
  optimizer.dispose();
  return [...params, ...params.map((_, i) => after.get(`${i}.momentum_buffer`) as Tensor)];
}

export const training: Record<string, Adapter> = {
  Momentum: momentum,
  NegativeLogLikelihoodLoss: (call) => [F.nllLoss(call.input(0), call.input(1), classLoss(call))],
  SoftmaxCrossEntropyLoss: (call) => [
    F.crossEntropy(call.input(0), call.input(1), classLoss(call)),
    F.logSoftmax(call.input(0), 1),
  ],
};
