import type { Tensor } from '../tensor/tensor.js';
import { inRange, Optimizer, type ParamGroup, type Slots, type Trainable } from './optimizer.js';

/** As in `torch.optim.Adam` and `AdamW`. */
export interface AdamOptions {
  /** learning rate */
  lr: number;
  /** decay of the running means of the gradient and of its square */
  betas: readonly [number, number];
  /** added to the root of the second mean */
  eps: number;
  weightDecay: number;
  /** divide by the largest second mean so far (Reddi et al. 2018) */
  amsgrad: boolean;
}

const DEFAULTS: AdamOptions = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false };

/** `torch.optim.Adam` (Kingma & Ba 2015).  Weight decay is an L2 penalty, added to the gradient. */
export class Adam extends Optimizer<AdamOptions> {
  protected readonly kernel: 'adam_f32' | 'adamw_f32' = 'adam_f32';

  /** @throws ArgumentError */
  constructor(
    params: Iterable<Trainable> | readonly ParamGroup<AdamOptions>[],
    options: Partial<AdamOptions> = {},
  ) {
    super(params, { ...DEFAULTS, ...options });
  }

  protected override check({ lr, betas, eps, weightDecay }: AdamOptions): void {
    inRange('lr', lr);
    inRange('betas[0]', betas[0], 0, 1);
    inRange('betas[1]', betas[1], 0, 1);
    inRange('eps', eps);
    inRange('weightDecay', weightDecay);
  }

  protected override update(p: Tensor, grad: Tensor, slots: Slots, o: AdamOptions): void {
    // Addresses first: making a slot may grow the memory, but never moves what is in it.
    const [m, v] = [slots.ptr('exp_avg'), slots.ptr('exp_avg_sq')];
    const largest = o.amsgrad ? slots.ptr('max_exp_avg_sq') : 0;
    p.arena.kernels[this.kernel](
      p.ptr,
      m,
      v,
      largest,
      grad.ptr,
      o.lr,
      ...o.betas,
      o.eps,
      o.weightDecay,
      slots.step,
      0,
      p.numel,
    );
  }
}

/**
 * `torch.optim.AdamW` (Loshchilov & Hutter 2019).  Weight decay, 0.01 unless given, shrinks the parameter
 * itself and leaves the running means alone.
 */
export class AdamW extends Adam {
  protected override readonly kernel = 'adamw_f32';

  /** @throws ArgumentError */
  constructor(
    params: Iterable<Trainable> | readonly ParamGroup<AdamOptions>[],
    options: Partial<AdamOptions> = {},
  ) {
    super(params, { weightDecay: 0.01, ...options });
  }
}
