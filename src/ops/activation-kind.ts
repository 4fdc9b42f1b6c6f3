// Elementwise functions by number, as in assembly/activation/kind.ts (a test holds the two together).
import { ArgumentError } from '../errors.js';

/** kind of activation_f32, and of the GEMM epilogue up to sigmoid */
export const Elementwise = {
  none: 0,
  relu: 1,
  gelu: 2,
  gelu_tanh: 3,
  quick_gelu: 4,
  silu: 5,
  tanh: 6,
  sigmoid: 7,
  relu_squared: 8,
  leaky_relu: 9,
  elu: 10,
  selu: 11,
  celu: 12,
  hardtanh: 13,
  hardsigmoid: 14,
  hardswish: 15,
  threshold: 16,
  hardshrink: 17,
  softshrink: 18,
  tanhshrink: 19,
  softsign: 20,
  softplus: 21,
  log_sigmoid: 22,
  mish: 23,
  exp: 24,
  expm1: 25,
  log: 26,
  log1p: 27,
  erf: 28,
  sin: 29,
  cos: 30,
  sqrt: 31,
  rsqrt: 32,
  reciprocal: 33,
  square: 34,
  abs: 35,
  neg: 36,
  sign: 37,
  floor: 38,
  ceil: 39,
  round: 40,
  trunc: 41,
} as const;

const EPILOGUES = ['none', 'relu', 'gelu', 'gelu_tanh', 'quick_gelu', 'silu', 'tanh', 'sigmoid'] as const;
const LAST = Elementwise.sigmoid;

/**
 * Activations that `linear` applies on the way out.  Names as in PyTorch; `gelu` is the exact one (erf),
 * `gelu_tanh` is `approximate='tanh'`.
 */
export type Activation = (typeof EPILOGUES)[number];

/** @throws ArgumentError for an unknown name */
export function activationKind(name: Activation): number {
  const kind = Elementwise[name];
  // What is unknown is no number, and compares with none.
  if (kind <= LAST) return kind;
  throw new ArgumentError(`activation must be one of ${EPILOGUES.join(', ')}, got ${JSON.stringify(name)}`);
}
