// The activations that config.json names, as the kernels name them.
import type { Activation } from '../ops/activation-kind.js';
import type { Fields } from './config.js';

// Hugging Face's names.  gelu_new and gelu_pytorch_tanh are the same function, written by different people.
const NAMES: Readonly<Record<string, Activation>> = {
  relu: 'relu',
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_fast: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  quick_gelu: 'quick_gelu',
  silu: 'silu',
  swish: 'silu',
  tanh: 'tanh',
  sigmoid: 'sigmoid',
};

/** @throws ConfigError that lists the known names */
export function readActivation(fields: Fields, name: string, otherwise: string): Activation {
  const value = fields.string(name, otherwise);
  if (!Object.hasOwn(NAMES, value))
    return fields.fail(name, `one of ${Object.keys(NAMES).join(', ')}`, value);
  return NAMES[value];
}
