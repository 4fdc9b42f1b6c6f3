import { ArgumentError } from '../errors.js';
import type { Tensor } from '../tensor/tensor.js';
import { inRange, Optimizer, type ParamGroup, type Slots, type Trainable } from './optimizer.js';

/** As in `torch.optim.SGD`. */
export interface SGDOptions {
  /** learning rate */
  lr: number;
  momentum: number;
  /** of the gradient on its way into the momentum */
  dampening: number;
  /** L2 penalty: this times the parameter is added to its gradient */
  weightDecay: number;
  /** look ahead along the momentum (Sutskever et al. 2013) */
  nesterov: boolean;
}

const DEFAULTS: SGDOptions = { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false };

/** `torch.optim.SGD`: stochastic gradient descent, with momentum if asked for. */
export class SGD extends Optimizer<SGDOptions> {
  /** @throws ArgumentError */
  constructor(
    params: Iterable<Trainable> | readonly ParamGroup<SGDOptions>[],
    options: Partial<SGDOptions> = {},
  ) {
    super(params, { ...DEFAULTS, ...options });
  }

  protected override check({ lr, momentum, weightDecay, dampening, nesterov }: SGDOptions): void {
    inRange('lr', lr);
    inRange('momentum', momentum);
    inRange('weightDecay', weightDecay);
    if (nesterov && !(momentum > 0 && dampening === 0))
      throw new ArgumentError('nesterov needs a momentum and no dampening');
  }

  protected override update(p: Tensor, grad: Tensor, slots: Slots, o: SGDOptions): void {
    // The first step with momentum starts the buffer, which then has no past to read.
    const first = o.momentum !== 0 && !slots.tensors.has('momentum_buffer');
    const buffer = o.momentum === 0 ? 0 : slots.ptr('momentum_buffer');
    p.arena.kernels.sgd_f32(
      p.ptr,
      buffer,
      grad.ptr,
      o.lr,
      o.momentum,
      o.dampening,
      o.weightDecay,
      Number(o.nesterov),
      Number(first),
      0,
      p.numel,
    );
  }
}
