// The same numbers in another shape or order.
import * as F from '../../../src/ops/index.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import type { Adapter, Call } from './call.js';

/** A size of 0 stands for the size that the dimension has, -1 for what is left. */
function reshaped(x: Tensor, shape: readonly number[]): Tensor {
  return F.reshape(
    x,
    shape.map((n, i) => (n === 0 ? x.shape[i] : n)),
  );
}

/** New dimensions of size 1 at these places of the result. */
function unsqueezed(x: Tensor, axes: readonly number[]): Tensor {
  const rank = x.rank + axes.length;
  const places = axes.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b);
  return places.reduce((t, a) => F.unsqueeze(t, a), x);
}

/** Starts and ends may lie outside and count from the end if negative; with a negative step ends come first. */
function sliced(call: Call): Tensor {
  const [starts, ends] = [call.values(1) ?? [], call.values(2) ?? []];
  const axes = call.values(3) ?? starts.map((_, i) => i);
  return axes.reduce((x, dim, i) => {
    const step = call.values(4)?.[i] ?? 1;
    if (step > 0) return F.slice(x, dim, starts[i], ends[i], step);
    // Backwards is forwards in the flipped dimension, where place p is n - 1 - p.
    const n = x.shape.at(dim) as number;
    const mirrored = (p: number): number => n - 1 - Math.min(Math.max(p < 0 ? p + n : p, -1), n - 1);
    return F.slice(F.flip(x, [dim]), dim, mirrored(starts[i]), mirrored(ends[i]), -step);
  }, call.input(0));
}

function parts(call: Call): Tensor[] {
  const x = call.input(0);
  const dim = call.number('axis', 0);
  const count = call.onnx.outputs.length;
  return F.split(x, call.values(1) ?? Math.ceil((x.shape.at(dim) as number) / count), dim);
}

export const layout: Record<string, Adapter> = {
  Concat: (call) => [F.cat(call.inputs(), call.number('axis', 0))],
  // Both sides are broadcast: a size of 1 asked for leaves the tensor's own.
  Expand: (call) => {
    const x = call.input(0);
    const to = call.values(1) as number[];
    const lead = to.length - x.rank;
    return [
      F.expand(
        x,
        to.map((n, i) => (n === 1 && i >= lead ? -1 : n)),
      ),
    ];
  },
  Pad: (call) => [padded(call)],
  Reshape: (call) => [reshaped(call.input(0), call.values(1) as number[])],
  Slice: (call) => [sliced(call)],
  Split: parts,
  Squeeze: (call) => [(call.values(1) as number[]).reduceRight((x, dim) => F.squeeze(x, dim), call.input(0))],
  Transpose: (call) => [F.permute(call.input(0), call.numbers('perm') as number[])],
  Trilu: (call) => {
    const keep = call.number('upper', 1) === 1 ? F.triu : F.tril;
    return [keep(call.input(0), call.value(1, 0))];
  },
  Unsqueeze: (call) => [unsqueezed(call.input(0), call.values(1) as number[])],
};

const MODES = { constant: 'constant', edge: 'replicate', reflect: 'reflect', wrap: 'circular' } as const;

/** ONNX lists all the starts, then all the ends; PyTorch pairs them, the last dimension first. */
function padded(call: Call): Tensor {
  const x = call.input(0);
  const pads = call.numbers('pads') ?? (call.values(1) as number[]);
  const axes = (call.values(3) ?? x.shape.map((_, i) => i)).map((a) => (a < 0 ? a + x.rank : a));
  const pairs = x.shape.map((_, dim) => {
    const i = axes.indexOf(dim);
    return i < 0 ? [0, 0] : [pads[i], pads[i + axes.length]];
  });
  const value = call.value(2, call.number('value', 0));
  return F.pad(x, pairs.reverse().flat(), {
    mode: MODES[call.text('mode', 'constant') as keyof typeof MODES],
    value,
  });
}
