// Reductions, running sums, positions of extremes.
import * as F from '../../../src/ops/index.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import type { Adapter, Call } from './call.js';

interface Options {
  dim?: number[];
  keepdim: boolean;
}

/** Axes are an attribute in old opsets, an input in new ones; none at all means every dimension. */
function optionsOf(call: Call): Options | null {
  const axes = call.numbers('axes') ?? call.values(1) ?? [];
  const keepdim = call.number('keepdims', 1) === 1;
  if (axes.length > 0) return { dim: axes, keepdim };
  return call.number('noop_with_empty_axes', 0) === 1 ? null : { keepdim };
}

const reduce =
  (f: (x: Tensor, options: Options) => Tensor): Adapter =>
  (call) => {
    const options = optionsOf(call);
    const x = call.input(0);
    return [options ? f(x, options) : x];
  };

/** Extremes of truth values: all or any of them. */
const extreme = (f: (x: Tensor, options: Options) => Tensor): Adapter =>
  reduce((x, options) => (x.dtype === 'bool' ? F.to(f(F.to(x, 'f32'), options), 'bool') : f(x, options)));

/** The place of the first extreme, or of the last one: the first of the reversed dimension. */
const place =
  (f: (x: Tensor, options: { dim: number; keepdim: boolean }) => Tensor): Adapter =>
  (call) => {
    const options = { dim: call.number('axis', 0), keepdim: call.number('keepdims', 1) === 1 };
    const x = call.input(0);
    if (call.number('select_last_index', 0) === 0) return [f(x, options)];
    const fromEnd = F.to(f(F.flip(x, [options.dim]), options), 'f32');
    const n = x.shape.at(options.dim) as number;
    return [F.to(F.sub(n - 1, fromEnd), 'i32')];
  };

export const reduction: Record<string, Adapter> = {
  ArgMax: place(F.argmax),
  ArgMin: place(F.argmin),
  CumSum: (call) => {
    const [exclusive, reverse] = [call.number('exclusive', 0) === 1, call.number('reverse', 0) === 1];
    return [F.cumsum(call.input(0), call.value(1, 0), { exclusive, reverse })];
  },
  GlobalAveragePool: (call) => {
    const x = call.input(0);
    return [F.mean(x, { dim: x.shape.map((_, i) => i).slice(2), keepdim: true })];
  },
  ReduceL2: reduce(F.vectorNorm),
  ReduceLogSumExp: reduce(F.logsumexp),
  ReduceMax: extreme(F.amax),
  ReduceMean: reduce(F.mean),
  ReduceMin: extreme(F.amin),
  ReduceSum: reduce(F.sum),
  ReduceSumSquare: reduce((x, options) => F.sum(F.square(x), options)),
};
