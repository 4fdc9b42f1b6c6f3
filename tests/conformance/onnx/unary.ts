// Functions of one operand.
import * as F from '../../../src/ops/index.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import type { Adapter, Call } from './call.js';

const of =
  (f: (x: Tensor, call: Call) => Tensor): Adapter =>
  (call) => [f(call.input(0), call)];

export const unary: Record<string, Adapter> = {
  Abs: of(F.abs),
  Ceil: of(F.ceil),
  Celu: of((x, c) => F.celu(x, { alpha: c.number('alpha', 1) })),
  Cos: of(F.cos),
  Elu: of((x, c) => F.elu(x, { alpha: c.number('alpha', 1) })),
  Erf: of(F.erf),
  Exp: of(F.exp),
  Floor: of(F.floor),
  Gelu: of((x, c) => F.gelu(x, { approximate: c.text('approximate', 'none') as 'none' | 'tanh' })),
  // max(0, min(1, alpha x + beta)); PyTorch's function of that name has fixed alpha and beta
  HardSigmoid: of((x, c) =>
    F.hardtanh(F.add(F.mul(x, c.number('alpha', 0.2)), c.number('beta', 0.5)), { minVal: 0, maxVal: 1 }),
  ),
  LeakyRelu: of((x, c) => F.leakyRelu(x, { negativeSlope: c.number('alpha', 0.01) })),
  Log: of(F.log),
  Mish: of(F.mish),
  Neg: of(F.neg),
  Reciprocal: of(F.reciprocal),
  Relu: of(F.relu),
  // gamma elu(x, alpha), of which PyTorch's selu is the one with the published constants
  Selu: of((x, c) => {
    const [alpha, gamma] = [c.number('alpha', 0), c.number('gamma', 0)];
    return alpha === 0 ? F.selu(x) : F.mul(F.elu(x, { alpha }), gamma);
  }),
  Sigmoid: of(F.sigmoid),
  Sign: of(F.sign),
  Sin: of(F.sin),
  Softplus: of((x) => F.softplus(x)),
  Softsign: of(F.softsign),
  Sqrt: of(F.sqrt),
  Tanh: of(F.tanh),
  ThresholdedRelu: of((x, c) => F.threshold(x, c.number('alpha', 1), 0)),
};
