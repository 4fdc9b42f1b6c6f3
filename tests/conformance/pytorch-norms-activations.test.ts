// Norms, softmax and activations as ops, at the tighter tolerances that the vectors' README gives for them.
import { activation } from '../../src/ops/activation.js';
import { layerNorm, rmsNorm } from '../../src/ops/norm.js';
import { logSoftmax, softmax } from '../../src/ops/softmax.js';
import { erf } from '../../src/ops/unary.js';
import type { Arena } from '../../src/tensor/arena.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { elementExcess } from './bounds.js';
import { excess, type Judge, type Results, tensorOf, testTopic } from './pytorch.js';
import type { Case } from './vectors.js';

function run(arena: Arena, c: Case): Results {
  const x = tensorOf(arena, c.inputs.input);
  const state = (name: string): Tensor | undefined => c.state[name] && tensorOf(arena, c.state[name]);
  const { eps, dim } = c.config as { eps: number; dim: number };
  switch (c.op) {
    case 'layer_norm': {
      const shape = c.config.normalized_shape as number[];
      return { output: layerNorm(x, shape, state('weight'), state('bias'), { eps }).toArray() };
    }
    case 'rms_norm':
      return { output: rmsNorm(x, c.state.weight.shape, state('weight'), { eps }).toArray() };
    case 'softmax':
      return { softmax: softmax(x, dim).toArray(), log_softmax: logSoftmax(x, dim).toArray() };
    case 'erf':
      return { output: erf(x).toArray() };
    case 'gelu':
    case 'gelu_tanh':
    case 'relu':
      return { output: activation(x, c.op).toArray() };
    default:
      throw new Error(`no op for ${c.op}`);
  }
}

function judge(c: Case): Judge {
  const c16 = c.name === 'layernorm_offset_100' ? 64 : 16;
  return (name, actual, expected) =>
    elementExcess(name === 'output' ? c.op : name, actual, expected, c.inputs.input) ??
    excess(actual, expected, c16);
}

testTopic({ topic: 'norms_activations', run, judge });
