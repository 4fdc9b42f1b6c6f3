// A layer's loss and the gradient of every parameter against the layer written down in doubles.
import type { Module } from '../../src/nn/module.js';
import { backward } from '../../src/ops/backward.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { expectCanFail, expectClose } from '../close.js';
import { Random } from '../random.js';
import { ReferenceWeights } from '../reference/transformer.js';

export interface LossProblem {
  module: Module;
  /** one number, recorded */
  loss: () => Tensor;
  /** the same in doubles */
  reference: (weights: ReferenceWeights) => number;
  /** inputs whose gradients are checked as well; the reference finds their values among the weights */
  inputs?: Record<string, Tensor>;
  /** of the gradients, relative to the largest of a parameter; default 2e-5 */
  tolerance?: number;
}

/** Elements of each parameter that are moved: all of one that has no more. */
const SAMPLES = 6;
const STEP = 1e-5;

/** @throws unless loss and gradients agree */
export function expectLossAndGradients({
  module,
  loss,
  reference,
  inputs = {},
  tolerance = 2e-5,
}: LossProblem): void {
  module.requiresGrad();
  module.zeroGrad();
  for (const t of Object.values(inputs)) t.requiresGrad = true;
  const named: [string, Tensor][] = [
    ...[...module.namedParameters()]
      .filter(([, p]) => p.owner === p)
      .map(([key, p]) => [key, p.tensor] as const),
    ...Object.entries(inputs),
  ].map(([key, t]) => [key, t]);
  const values = new Map(
    named.map(([key, t]) => [key, { shape: t.shape, data: Float64Array.from(t.toArray()) }]),
  );
  const truth = (): number => reference(new ReferenceWeights(values));
  const y = loss();
  expectClose([y.item()], [truth()], { abs: 1e-6, rel: 5e-6 }, 'loss');
  backward(y);
  const random = new Random(7);
  for (const [key, t] of named) {
    const { data } = values.get(key)!;
    if (!t.grad) throw new Error(`${key} has no gradient`);
    const grad = t.grad.toArray();
    const at = chosen(grad, random);
    const slopes = at.map((i) => {
      const v = data[i];
      data[i] = v + STEP;
      const above = truth();
      data[i] = v - STEP;
      const below = truth();
      data[i] = v;
      return (above - below) / (2 * STEP);
    });
    const largest = Math.abs(grad[at.at(-1)!]);
    const allowed = { abs: tolerance * Math.max(largest, 1e-2) };
    expectClose(
      at.map((i) => grad[i]),
      slopes,
      allowed,
      `gradient of ${key}`,
    );
    // Some gradients are zero by mathematics: there is nothing to see then.
    if (largest > 10 * allowed.abs) expectCanFail(slopes, allowed);
  }
}

/** Some elements at random, and those with the largest gradients, the very largest last. */
function chosen(grad: ArrayLike<number>, random: Random): number[] {
  const order = Array.from({ length: grad.length }, (_, i) => i).sort(
    (i, j) => Math.abs(grad[i]) - Math.abs(grad[j]),
  );
  if (order.length <= SAMPLES) return order;
  const any = Array.from({ length: SAMPLES / 2 }, () => random.int(grad.length));
  return [...any, ...order.slice(-SAMPLES / 2)];
}
