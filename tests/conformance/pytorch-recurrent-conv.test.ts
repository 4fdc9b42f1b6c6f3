// nn.RNN, nn.LSTM, nn.GRU and nn.Conv1d, forward and backward; packed weights must give the same bits.
import { Conv1d } from '../../src/nn/conv.js';
import type { Module } from '../../src/nn/module.js';
import { GRU, LSTM, RNN } from '../../src/nn/rnn.js';
import { backward } from '../../src/ops/backward.js';
import { add, mul } from '../../src/ops/binary.js';
import { sum } from '../../src/ops/reduce.js';
import type { Arena } from '../../src/tensor/arena.js';
import { noGrad } from '../../src/tensor/tape.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { camelCase, excess, type Results, tensorOf, testTopic } from './pytorch.js';
import type { Case } from './vectors.js';

type Named = Record<string, Tensor>;

const size = (c: Case, name: string): number => c.config[name] as number;

/** The layer of a case, and its forward under PyTorch's names of the outputs. */
function build(arena: Arena, c: Case): { layer: Module; forward: (inputs: Named) => Named } {
  const { input_size, hidden_size, in_channels, out_channels, kernel_size, ...rest } = c.config;
  const options = camelCase(rest);
  if (c.op === 'nn.Conv1d') {
    const [i, o, k] = ['in_channels', 'out_channels', 'kernel_size'].map((name) => size(c, name));
    const layer = new Conv1d(arena, i, o, k, options);
    return { layer, forward: ({ input }) => ({ output: layer.forward(input) }) };
  }
  const [i, h] = [size(c, 'input_size'), size(c, 'hidden_size')];
  if (c.op === 'nn.LSTM') {
    const layer = new LSTM(arena, i, h, options);
    return {
      layer,
      forward: ({ input, h_0, c_0 }) => {
        const [output, [h_n, c_n]] = layer.forward(input, h_0 && [h_0, c_0]);
        return { output, h_n, c_n };
      },
    };
  }
  const layer = new { 'nn.RNN': RNN, 'nn.GRU': GRU }[c.op as 'nn.RNN' | 'nn.GRU'](arena, i, h, options);
  return {
    layer,
    forward: ({ input, h_0 }) => {
      const [output, h_n] = layer.forward(input, h_0);
      return { output, h_n };
    },
  };
}

function run(arena: Arena, c: Case): Results {
  const { layer, forward } = build(arena, c);
  layer.loadStateDict(new Map(Object.entries(c.state).map(([key, v]) => [key, tensorOf(arena, v)])));
  layer.requiresGrad();
  const inputs: Named = {};
  for (const [name, v] of Object.entries(c.inputs)) {
    inputs[name] = tensorOf(arena, v);
    inputs[name].requiresGrad = !name.startsWith('grad_');
  }
  const outputs = forward(inputs);
  const weighted = Object.keys(outputs)
    .filter((name) => inputs[`grad_${name}`])
    .map((name) => sum(mul(outputs[name], inputs[`grad_${name}`])));
  backward(weighted.reduce((a, b) => add(a, b)));
  const parameters = new Map(layer.namedParameters());
  const results: Results = {};
  for (const [name, y] of Object.entries(outputs)) results[name] = y.toArray();
  for (const name of Object.keys(c.grads)) {
    const { grad } = inputs[name] ?? parameters.get(name);
    results[`d ${name}`] = grad!.toArray();
  }
  layer.pack();
  const packed = noGrad(arena, () => forward(inputs));
  for (const [name, y] of Object.entries(packed)) {
    const bits = (x: ArrayLike<number>) => new Uint32Array(Float32Array.from(x).buffer).join();
    if (bits(y.toArray()) !== bits(results[name])) throw new Error(`packed weights give other bits: ${name}`);
  }
  layer.dispose();
  return results;
}

testTopic({
  topic: 'recurrent_conv',
  run,
  judge: () => (_, actual, expected) => excess(actual, expected, 32),
});
