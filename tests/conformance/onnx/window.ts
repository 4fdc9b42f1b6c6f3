// Convolution and pooling.
import * as F from '../../../src/ops/index.js';
import { maxPool } from '../../../src/ops/window.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import type { Adapter, Call } from './call.js';

interface Sizes {
  stride: number[];
  dilation: number[];
  padding: [number, number][];
}

/** ONNX's attributes for windows over the last dimensions of x. */
function sizes(call: Call, x: Tensor, kernel: readonly number[]): Sizes {
  const dims = kernel.length;
  const stride = call.numbers('strides') ?? kernel.map(() => 1);
  const dilation = call.numbers('dilations') ?? kernel.map(() => 1);
  const auto = call.text('auto_pad', 'NOTSET');
  const pads = call.numbers('pads') ?? new Array<number>(2 * dims).fill(0);
  const padding = kernel.map((k, i): [number, number] => {
    if (!auto.startsWith('SAME')) return [pads[i], pads[dims + i]];
    const n = x.shape[2 + i];
    const out = Math.ceil(n / stride[i]);
    const total = Math.max((out - 1) * stride[i] + (k - 1) * dilation[i] + 1 - n, 0);
    const small = Math.floor(total / 2);
    return auto === 'SAME_UPPER' ? [small, total - small] : [total - small, small];
  });
  return { stride, dilation, padding };
}

function conv(call: Call): Tensor {
  const [x, w] = [call.input(0), call.input(1)];
  const f = [F.conv1d, F.conv2d, F.conv3d][w.rank - 3];
  const options = sizes(call, x, w.shape.slice(2));
  return f(x, w, call.optional(2), { ...options, groups: call.number('group', 1) });
}

/** A depthwise causal convolution that goes on where the last call ended. */
function causalConv(call: Call): Tensor[] {
  const [x, w] = [call.input(0), call.input(1)];
  const [B, C] = x.shape;
  const K = w.shape[2];
  const past = call.optional(3) ?? call.engine.zeros([B, C, K - 1]);
  const all = F.cat([past, x], 2);
  const y = F.conv1d(all, w, call.optional(2), { groups: C });
  const plain = call.text('activation', 'none') === 'none';
  return [plain ? y : F.silu(y), F.narrow(all, 2, all.shape[2] - K + 1, K - 1)];
}

function max(call: Call): Tensor[] {
  const given = call.input(0);
  const x = F.to(given, 'f32');
  const kernel = call.numbers('kernel_shape')!;
  const ceilMode = call.number('ceil_mode', 0) === 1;
  const options = { ...sizes(call, x, kernel), ceilMode };
  const { output, indices } = maxPool('maxPool', kernel.length, x, kernel, options);
  // ONNX counts through the whole tensor, and columns first if asked to.
  const size = x.shape.slice(2);
  const plane = size.reduce((a, b) => a * b, 1);
  const positions = indices.numel / (x.shape[0] * x.shape[1]);
  const columnsFirst = call.number('storage_order', 0) === 1;
  indices.data.forEach((at, i) => {
    const turned = columnsFirst ? (at % size[1]) * size[0] + Math.floor(at / size[1]) : at;
    indices.data[i] = turned + plane * Math.floor(i / positions);
  });
  return [F.to(output, given.dtype), indices];
}

function average(call: Call): Tensor {
  const x = call.input(0);
  const kernel = call.numbers('kernel_shape')!;
  const f = [F.avgPool1d, F.avgPool2d, F.avgPool3d][kernel.length - 1];
  const ceilMode = call.number('ceil_mode', 0) === 1;
  const countIncludePad = call.number('count_include_pad', 0) === 1;
  return f(x, kernel, { ...sizes(call, x, kernel), ceilMode, countIncludePad });
}

export const windows: Record<string, Adapter> = {
  AveragePool: (call) => [average(call)],
  CausalConvWithState: causalConv,
  Conv: (call) => [conv(call)],
  MaxPool: max,
};
