// Activations, elementwise on x (*) f32; names, arguments and defaults as in torch.nn.functional.
import type { Tensor } from '../tensor/tensor.js';
import { type Activation, activationKind } from './activation-kind.js';
import { elementwise } from './elementwise.js';

export type { Activation } from './activation-kind.js';

/** One of those that `linear` can fuse, by name. @throws ArgumentError for an unknown name */
export function activation(x: Tensor, name: Activation): Tensor {
  activationKind(name);
  return name === 'none' ? x.alias() : elementwise(x, name);
}

/** max(x, 0) */
export function relu(x: Tensor): Tensor {
  return elementwise(x, 'relu');
}

/** x Φ(x) (Hendrycks & Gimpel 2016), exact, or its tanh approximation. */
export function gelu(x: Tensor, { approximate = 'none' }: { approximate?: 'none' | 'tanh' } = {}): Tensor {
  return elementwise(x, approximate === 'tanh' ? 'gelu_tanh' : 'gelu');
}

/** x sigmoid(1.702 x) */
export function quickGelu(x: Tensor): Tensor {
  return elementwise(x, 'quick_gelu');
}

/** x sigmoid(x), also called swish */
export function silu(x: Tensor): Tensor {
  return elementwise(x, 'silu');
}

/** hyperbolic tangent */
export function tanh(x: Tensor): Tensor {
  return elementwise(x, 'tanh');
}

/** 1 / (1 + exp(-x)) */
export function sigmoid(x: Tensor): Tensor {
  return elementwise(x, 'sigmoid');
}

/** x > 0 ? x : negativeSlope x */
export function leakyRelu(x: Tensor, { negativeSlope = 0.01 } = {}): Tensor {
  return elementwise(x, 'leaky_relu', negativeSlope);
}

/** x > 0 ? x : alpha (exp(x) - 1) */
export function elu(x: Tensor, { alpha = 1 } = {}): Tensor {
  return elementwise(x, 'elu', alpha);
}

/** scale elu(x, alpha) with the two constants of Klambauer et al. 2017 */
export function selu(x: Tensor): Tensor {
  return elementwise(x, 'selu', 1.6732632423543772, 1.0507009873554805);
}

/** x > 0 ? x : alpha (exp(x / alpha) - 1) */
export function celu(x: Tensor, { alpha = 1 } = {}): Tensor {
  return elementwise(x, 'celu', alpha);
}

/** x clipped to [minVal, maxVal] */
export function hardtanh(x: Tensor, { minVal = -1, maxVal = 1 } = {}): Tensor {
  return elementwise(x, 'hardtanh', minVal, maxVal);
}

/** x clipped to [0, 6] */
export function relu6(x: Tensor): Tensor {
  return hardtanh(x, { minVal: 0, maxVal: 6 });
}

/** x / 6 + 1 / 2 clipped to [0, 1] */
export function hardsigmoid(x: Tensor): Tensor {
  return elementwise(x, 'hardsigmoid', 1 / 6, 0.5);
}

/** x hardsigmoid(x) */
export function hardswish(x: Tensor): Tensor {
  return elementwise(x, 'hardswish');
}

/** x > threshold ? x : value */
export function threshold(x: Tensor, limit: number, value: number): Tensor {
  return elementwise(x, 'threshold', limit, value);
}

/** x where |x| > lambd, else 0 */
export function hardshrink(x: Tensor, { lambd = 0.5 } = {}): Tensor {
  return elementwise(x, 'hardshrink', lambd);
}

/** x moved towards 0 by lambd, not beyond it */
export function softshrink(x: Tensor, { lambd = 0.5 } = {}): Tensor {
  return elementwise(x, 'softshrink', lambd);
}

/** x - tanh(x) */
export function tanhshrink(x: Tensor): Tensor {
  return elementwise(x, 'tanhshrink');
}

/** x / (1 + |x|) */
export function softsign(x: Tensor): Tensor {
  return elementwise(x, 'softsign');
}

/** log(1 + exp(beta x)) / beta, and x itself where beta x > threshold */
export function softplus(x: Tensor, { beta = 1, threshold: limit = 20 } = {}): Tensor {
  return elementwise(x, 'softplus', beta, limit);
}

/** log(sigmoid(x)) */
export function logsigmoid(x: Tensor): Tensor {
  return elementwise(x, 'log_sigmoid');
}

/** x tanh(softplus(x)) */
export function mish(x: Tensor): Tensor {
  return elementwise(x, 'mish');
}

/** max(x, 0) squared (So et al. 2021) */
export function reluSquared(x: Tensor): Tensor {
  return elementwise(x, 'relu_squared');
}
