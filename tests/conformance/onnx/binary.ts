// Arithmetic of two operands or more, with broadcasting.
import * as F from '../../../src/ops/index.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import type { Adapter, Call } from './call.js';

/** Before opset 7 the second operand is aligned at the dimension `axis` of the first. */
function aligned(call: Call, a: Tensor, b: Tensor): Tensor {
  const tail = a.rank - (call.number('axis', a.rank - b.rank) + b.rank);
  return tail > 0 ? F.reshape(b, [...b.shape, ...new Array<number>(tail).fill(1)]) : b;
}

const two =
  (f: (a: Tensor, b: Tensor) => Tensor): Adapter =>
  (call) => {
    const [a, b] = [call.input(0), call.input(1)];
    return [f(a, aligned(call, a, b))];
  };

const fold =
  (f: (a: Tensor, b: Tensor) => Tensor): Adapter =>
  (call) => [call.inputs().reduce(f)];

export const binary: Record<string, Adapter> = {
  Add: two(F.add),
  Div: two(F.div),
  Max: fold(F.maximum),
  Mean: (call) => [F.div(call.inputs().reduce(F.add), call.count)],
  Min: fold(F.minimum),
  Mul: two(F.mul),
  // The result has the type of the base; an exponent may be of any.
  Pow: two((a, b) => F.pow(a, F.to(b, 'f32'))),
  Sub: two(F.sub),
  Sum: fold(F.add),
};
