// Activations that GEMM can apply on the way out, numbered as in assembly/activation/kind.ts.
import { ArgumentError } from '../errors.js';

const KINDS = {
  none: 0,
  relu: 1,
  gelu: 2,
  gelu_tanh: 3,
  quick_gelu: 4,
  silu: 5,
  tanh: 6,
  sigmoid: 7,
} as const;

/** Names as in PyTorch; `gelu` is the exact one (erf), `gelu_tanh` is `approximate='tanh'`. */
export type Activation = keyof typeof KINDS;

/** @throws ArgumentError for an unknown name */
export function activationKind(name: Activation): number {
  if (!Object.hasOwn(KINDS, name))
    throw new ArgumentError(
      `activation must be one of ${Object.keys(KINDS).join(', ')}, got ${JSON.stringify(name)}`,
    );
  return KINDS[name];
}
