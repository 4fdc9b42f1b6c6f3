// Losses of class numbers: cross entropy of logits, with log-softmax fused in, and of log-probabilities.
import { ArgumentError, ShapeError } from '../errors.js';
import { show } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkReduction, type Reduction, reduceLoss, total } from './loss-reduction.js';
import { expectDType, expectShape, output, sameArena } from './util.js';
import { contiguous, reshape, transpose } from './view.js';

/** As in `F.nll_loss`. */
export interface ClassLossOptions {
  /** factor of each class's losses: (C) f32 */
  weight?: Tensor | null;
  /** targets of this number count nothing and get no gradient; default -100 */
  ignoreIndex?: number;
  /** default 'mean': divided by the sum of the weights of the targets */
  reduction?: Reduction;
}

/** As in `F.cross_entropy`. */
export interface CrossEntropyOptions extends ClassLossOptions {
  /** share of the target distribution that is spread evenly over all classes; in [0, 1], default 0 */
  labelSmoothing?: number;
}

/**
 * `torch.nn.functional.cross_entropy`: input (N, C) or (N, C, ...) f32 logits, target (N) or (N, ...) i32
 * class numbers; or (C) and a scalar.  NaN is the mean over targets that are all ignored.
 * Label smoothing: Szegedy et al. 2016, section 7.
 * @throws ShapeError, DTypeError, and ArgumentError for a target that is no class, naming its place
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { labelSmoothing: s = 0 } = options;
  if (!(s >= 0 && s <= 1)) throw new ArgumentError(`labelSmoothing must be in [0, 1], got ${s}`);
  const { kernels } = input.arena;
  return overRows(input, target, options, ({ x, target: t, weight, V, M, ignore }, loss, norm, reduce) => {
    const w = weight?.ptr ?? 0;
    const stats = output(x, [M, 2]);
    kernels.cross_entropy_f32(loss.ptr, norm.ptr, stats.ptr, x.ptr, t.ptr, w, V, ignore, s, 0, M);
    const { y, upstream } = reduce();
    return record(y, [x], [x, t, weight, stats], (dy, [sx, st, sw, rows]) => {
      const [dx, { ptr, step }] = [output(sx), upstream(dy)];
      const args = [rows.ptr, sx.ptr, st.ptr, sw?.ptr ?? 0, V, ignore, s, 0, M] as const;
      kernels.cross_entropy_f32_backward(dx.ptr, ptr, step, ...args);
      return [dx];
    });
  });
}

/**
 * `torch.nn.functional.nll_loss`: as crossEntropy, of log-probabilities, which logSoftmax(x, 1) gives.
 * @throws as crossEntropy
 */
export function nllLoss(input: Tensor, target: Tensor, options: ClassLossOptions = {}): Tensor {
  const { kernels } = input.arena;
  return overRows(input, target, options, ({ x, target: t, weight, V, M, ignore }, loss, norm, reduce) => {
    kernels.nll_f32(loss.ptr, norm.ptr, x.ptr, t.ptr, weight?.ptr ?? 0, V, ignore, 0, M);
    const { y, upstream } = reduce();
    return record(y, [x], [t, weight], (dy, [st, sw]) => {
      const [dx, { ptr, step }] = [output(dy, [M, V]), upstream(dy)];
      kernels.nll_f32_backward(dx.ptr, ptr, step, st.ptr, sw?.ptr ?? 0, V, ignore, 0, M);
      return [dx];
    });
  });
}

interface Rows {
  /** (M, V) dense */
  x: Tensor;
  /** (M) dense */
  target: Tensor;
  /** (V) dense */
  weight: Tensor | null;
  M: number;
  V: number;
  ignore: number;
}

/** Brings the classes to the end, runs `op` on rows, and gives the unreduced loss the target's shape. */
function overRows(
  input: Tensor,
  target: Tensor,
  { weight, ignoreIndex: ignore = -100, reduction = 'mean' }: ClassLossOptions,
  op: (rows: Rows, loss: Tensor, norm: Tensor, reduce: () => ReturnType<typeof reduceLoss>) => Tensor,
): Tensor {
  const arena = sameArena(input, target, weight);
  expectDType(input, 'input', 'f32');
  expectDType(target, 'target', 'i32');
  checkReduction(reduction);
  if (input.rank === 0) throw new ShapeError('input must be (N, C), (N, C, ...) or (C), got a scalar');
  const at = input.rank === 1 ? 0 : 1;
  expectShape(
    target,
    'target',
    input.shape.filter((_, d) => d !== at),
  );
  const V = input.shape[at];
  if (weight) {
    expectDType(weight, 'weight', 'f32');
    expectShape(weight, 'weight', [V]);
  }
  return arena.scope(() => {
    const M = target.numel;
    // (N, C, d1, ...) -> (N, d1, ..., C): with C moved one step at a time the others keep their order.
    let moved = input;
    for (let d = at; d < input.rank - 1; d++) moved = transpose(moved, d, d + 1);
    const x = contiguous(reshape(moved, [M, V]));
    const t = contiguous(target);
    const bad = arena.kernels.targets_in_range(t.ptr, M, V, ignore);
    if (bad >= 0)
      throw new ArgumentError(
        `target must be in 0..${V - 1} or ${ignore} (ignored), got ${t.data[bad]} at position ${bad} of ${show(target.shape)}`,
      );
    const [loss, norm] = [output(x, [M]), output(x, [M])];
    const rows = { x, target: t, weight: weight ? contiguous(weight.detach()) : null, M, V, ignore };
    const y = op(rows, loss, norm, () => reduceLoss(loss, reduction, () => total(norm).item()));
    return reduction === 'none' ? reshape(y, target.shape) : y;
  });
}
