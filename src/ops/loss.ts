// Losses element by element, under the names of torch.nn.functional.  Input and target have one shape:
// there is no broadcasting, which hides mistakes more often than it helps here.
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { softplus } from './activation.js';
import { add, mul, sub } from './binary.js';
import { checkReduction, type Reduction, reduceLoss } from './loss-reduction.js';
import { mean, sum } from './reduce.js';
import { neg } from './unary.js';
import { expectDType, expectShape, output, sameArena } from './util.js';
import { contiguous } from './view.js';

/** How the losses of a batch become one. */
export interface LossOptions {
  /** default 'mean' */
  reduction?: Reduction;
}

/** `torch.nn.functional.mse_loss`: (input - target)². @throws ShapeError, DTypeError, ArgumentError */
export function mseLoss(input: Tensor, target: Tensor, { reduction = 'mean' }: LossOptions = {}): Tensor {
  return pointwise('mse_f32', input, target, reduction);
}

/** As in `F.binary_cross_entropy_with_logits`. */
export interface BCEOptions extends LossOptions {
  /** factor of each loss, broadcast to the input's shape */
  weight?: Tensor | null;
  /** factor of the positive term, broadcast to the input's shape: above 1 it favours recall */
  posWeight?: Tensor | null;
}

/**
 * `torch.nn.functional.binary_cross_entropy_with_logits`, safe for any x:
 * -weight (posWeight t log σ(x) + (1 - t) log(1 - σ(x))).
 * @throws ShapeError, DTypeError, ArgumentError
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  { weight, posWeight, reduction = 'mean' }: BCEOptions = {},
): Tensor {
  if (!weight && !posWeight) return pointwise('bce_with_logits_f32', input, target, reduction);
  checkPair(input, target);
  checkReduction(reduction);
  return input.arena.scope(() => {
    // The same loss as (1 - t) x + (1 + (posWeight - 1) t) log(1 + e^-x).
    const loss = posWeight
      ? add(mul(sub(1, target), input), mul(add(mul(sub(posWeight, 1), target), 1), softplus(neg(input))))
      : pointwise('bce_with_logits_f32', input, target, 'none');
    const weighted = weight ? mul(loss, weight) : loss;
    if (reduction === 'none') return weighted;
    return reduction === 'sum' ? sum(weighted) : mean(weighted);
  });
}

function checkPair(input: Tensor, target: Tensor): void {
  sameArena(input, target);
  expectDType(input, 'input', 'f32');
  expectDType(target, 'target', 'f32');
  expectShape(target, 'target', input.shape);
}

function pointwise(
  kernel: 'mse_f32' | 'bce_with_logits_f32',
  input: Tensor,
  target: Tensor,
  reduction: Reduction,
): Tensor {
  checkPair(input, target);
  checkReduction(reduction);
  const { kernels } = input.arena;
  const n = input.numel;
  return input.arena.scope(() => {
    const [x, t] = [contiguous(input), contiguous(target)];
    const loss = output(x);
    kernels[kernel](loss.ptr, x.ptr, t.ptr, 0, n);
    const { y, upstream } = reduceLoss(loss, reduction, () => n);
    return record(y, [x, t], [x, t], (dy, [sx, st], needs) => {
      const [dx, { ptr, step }] = [output(sx), upstream(dy)];
      kernels[`${kernel}_backward`](dx.ptr, ptr, step, sx.ptr, st.ptr, 0, n);
      // By the target: the mean square falls as the input rises; cross entropy is -x t, linear in t.
      const dt = () =>
        kernel === 'mse_f32' ? neg(dx) : mul(neg(sx), reduction === 'mean' ? mul(dy, 1 / n) : dy);
      return [dx, needs[1] ? dt() : null];
    });
  });
}
