// Are the gradients of a function those that its values say?  For ops of one's own.
import { ArgumentError, GradcheckError } from '../errors.js';
import { Generator } from '../tensor/generator.js';
import { show } from '../tensor/shape.js';
import { noGrad } from '../tensor/tape.js';
import { Tensor } from '../tensor/tensor.js';
import { backward } from './backward.js';

/** A function of tensors, with one result or several. */
export type Differentiable = (...inputs: Tensor[]) => Tensor | Tensor[];

/** How far to step, and how close is close. */
export interface GradcheckOptions {
  /** step of the differences; default 2^-7 */
  eps?: number;
  /** allowed difference, absolute; default 1e-3 */
  atol?: number;
  /** allowed difference as a share of the numerical derivative; default 1e-2 */
  rtol?: number;
  /** give false back instead of throwing */
  raiseException?: boolean;
}

/**
 * `torch.autograd.gradcheck`: compares the gradients of `fn` with central differences,
 * (f(x + eps) - f(x - eps)) / (2 eps), for every element of every input that requires a gradient.  The
 * outputs are weighted by fixed random numbers of [0.5, 1.5), so that errors do not cancel.
 *
 * Values are f32 here, where PyTorch wants doubles, and that bounds what can be seen: a difference is off by
 * about 6e-8 |f| / eps from rounding and by eps² |f'''| / 6 from curvature.  The default step balances the two
 * for values and derivatives near 1, where what is left is near 1e-5; choose inputs of that size, away from
 * kinks and jumps, and few of them: each element costs two evaluations.
 * @param fn a pure function; the tensors it makes are freed
 * @param inputs dense f32 leaves; those that require a gradient are checked
 * @throws GradcheckError naming the first input and element that disagree
 */
export function gradcheck(
  fn: Differentiable,
  inputs: readonly Tensor[],
  { eps = 2 ** -7, atol = 1e-3, rtol = 1e-2, raiseException = true }: GradcheckOptions = {},
): boolean {
  const checked = inputs.filter((t) => t.requiresGrad);
  if (checked.length === 0) throw new ArgumentError('gradcheck: no input requires a gradient');
  for (const t of checked)
    if (!t.isContiguous || !t.variable?.isLeaf)
      throw new ArgumentError(`gradcheck: inputs must be dense leaves, got one of shape ${show(t.shape)}`);
  const { arena } = checked[0];
  return arena.scope(() => {
    const analytic = gradients(fn, inputs, checked);
    for (const [i, x] of checked.entries())
      for (let j = 0; j < x.numel; j++) {
        const numeric = noGrad(arena, () => difference(() => value(fn, inputs), x, j, eps));
        const got = analytic[i][j];
        if (Math.abs(got - numeric) <= atol + rtol * Math.abs(numeric)) continue;
        if (!raiseException) return false;
        throw new GradcheckError(
          `gradcheck: element ${j} of input ${inputs.indexOf(x)} of shape ${show(x.shape)} has the gradient ${got}, ` +
            `differences give ${numeric}`,
        );
      }
    return true;
  });
}

/** Gradients of the weighted sum.  What the leaves had accumulated is put aside and back. */
function gradients(fn: Differentiable, inputs: readonly Tensor[], leaves: readonly Tensor[]): Float64Array[] {
  const before = leaves.map((t) => t.grad);
  for (const t of leaves) t.variable!.grad = null;
  const draw = new Generator(1);
  try {
    for (const y of [fn(...inputs)].flat()) {
      const weights = Float32Array.from({ length: y.numel }, () => 0.5 + draw.uniform());
      // Outputs may share parts of their graph, which the first backward would use up.
      if (y.requiresGrad)
        backward(y, { gradient: Tensor.from(y.arena, weights, y.shape), retainGraph: true });
    }
    return leaves.map((t) => Float64Array.from(t.grad?.toArray() ?? new Float32Array(t.numel)));
  } finally {
    leaves.forEach((t, i) => {
      t.zeroGrad();
      t.variable!.grad = before[i];
    });
  }
}

/** The weighted sum of the outputs, in doubles. */
function value(fn: Differentiable, inputs: readonly Tensor[]): number {
  return inputs[0].arena.scope(() => {
    const draw = new Generator(1);
    let sum = 0;
    for (const y of [fn(...inputs)].flat())
      for (const v of y.toArray()) sum += v * Math.fround(0.5 + draw.uniform());
    return sum;
  });
}

function difference(f: () => number, x: Tensor, at: number, eps: number): number {
  const old = x.data[at];
  // The steps that f32 really takes.
  const [up, down] = [Math.fround(old + eps), Math.fround(old - eps)];
  try {
    x.data[at] = up;
    const above = f();
    x.data[at] = down;
    return (above - f()) / (up - down);
  } finally {
    x.data[at] = old;
  }
}
