// Elements by their places, and other choices.
import * as F from '../../../src/ops/index.js';
import { Tensor } from '../../../src/tensor/tensor.js';
import type { Adapter, Call } from './call.js';

/** An input of places, which count from the end of n where they are negative. */
function places(call: Call, i: number, n: number): Tensor {
  const { shape } = call.raw(i);
  const wrapped = (call.values(i) as number[]).map((p) => (p < 0 ? p + n : p));
  return Tensor.from(call.engine.arena, wrapped, shape, 'i32');
}

function gather(call: Call): Tensor {
  const x = call.input(0);
  const dim = call.number('axis', 0);
  const index = places(call, 1, x.shape.at(dim) as number);
  const rows = F.indexSelect(x, dim, F.flatten(index));
  return F.reshape(rows, [...x.shape.slice(0, dim), ...index.shape, ...x.shape.slice(dim + 1)]);
}

/** The last dimension of `index` (..., k) addresses k dimensions of x after the batch; as numbers of rows. */
function rowNumbers(call: Call, x: Tensor, batchDims: number): { numbers: Tensor; k: number } {
  const { shape } = call.raw(1);
  const k = shape[shape.length - 1];
  const flat = call.values(1) as number[];
  const addressed = x.shape.slice(batchDims, batchDims + k);
  const perBatch = flat.length / x.shape.slice(0, batchDims).reduce((a, b) => a * b, 1);
  const numbers = Array.from({ length: flat.length / k }, (_, i) =>
    addressed.reduce((at, n, j) => at * n + ((flat[i * k + j] + n) % n), Math.floor((i * k) / perBatch)),
  );
  return { numbers: Tensor.from(x.arena, numbers, [numbers.length], 'i32'), k };
}

/** x as rows that an index of k numbers addresses. */
function asRows(x: Tensor, dims: number): Tensor {
  const count = x.shape.slice(0, dims).reduce((a, b) => a * b, 1);
  return F.reshape(x, [count, x.numel / count]);
}

function gatherND(call: Call): Tensor {
  const x = call.input(0);
  const batchDims = call.number('batch_dims', 0);
  const { numbers, k } = rowNumbers(call, x, batchDims);
  const rows = F.indexSelect(asRows(x, batchDims + k), 0, numbers);
  return F.reshape(rows, [...call.raw(1).shape.slice(0, -1), ...x.shape.slice(batchDims + k)]);
}

const REDUCE = { none: undefined, add: 'sum', mul: 'prod', max: 'amax', min: 'amin' } as const;

function reduction(call: Call): F.ScatterOptions {
  return { reduce: REDUCE[call.text('reduction', 'none') as keyof typeof REDUCE] };
}

function scatterND(call: Call): Tensor {
  const x = call.input(0);
  const { numbers, k } = rowNumbers(call, x, 0);
  const rows = asRows(x, k);
  const updates = F.reshape(call.input(2), [numbers.numel, rows.shape[1]]);
  const index = F.expand(F.unsqueeze(numbers, 1), updates.shape);
  return F.reshape(F.scatter(rows, 0, index, updates, reduction(call)), x.shape);
}

/** A cache with new entries written into it, at a place of its own for each entry of the batch. */
function tensorScatter(call: Call): Tensor {
  const [cache, update] = [call.input(0), call.input(1)];
  const starts = call.values(2) as number[];
  const dim = cache.rank - 2;
  const [n, m] = [cache.shape[dim], update.shape[dim]];
  const rows = starts.map((start, b) => {
    const [old, now] = [F.narrow(cache, 0, b, 1), F.narrow(update, 0, b, 1)];
    return F.cat([F.narrow(old, dim, 0, start), now, F.narrow(old, dim, start + m, n - start - m)], dim);
  });
  return F.cat(rows, 0);
}

/** Ones at the places of `ids` along `axis`; an id beyond the classes has none. */
function oneHot(call: Call): Tensor {
  const depth = call.value(1, 0);
  const ids = (call.values(0) as number[]).map((p) => (p < 0 ? p + depth : p));
  const index = Tensor.from(
    call.engine.arena,
    ids.map((p) => (p >= 0 && p < depth ? p : depth)),
    call.raw(0).shape,
    'i32',
  );
  const ones = F.narrow(F.oneHot(index, depth + 1), -1, 0, depth);
  const [off, on] = call.values(2) as number[];
  const dim = call.number('axis', -1);
  return toPlace(F.where(F.to(ones, 'bool'), on, off), dim < 0 ? dim + ones.rank : dim);
}

/** The last dimension moved to place `dim`. */
function toPlace(x: Tensor, dim: number): Tensor {
  const order = x.shape.map((_, i) => i).slice(0, -1);
  order.splice(dim, 0, x.rank - 1);
  return F.permute(x, order);
}

function hardmax(call: Call): Tensor {
  const x = call.input(0);
  const dim = call.number('axis', -1);
  return toPlace(F.oneHot(F.argmax(x, { dim }), x.shape.at(dim) as number), dim < 0 ? dim + x.rank : dim);
}

function topk(call: Call): Tensor[] {
  const options = { dim: call.number('axis', -1), largest: call.number('largest', 1) === 1 };
  const { values, indices } = F.topk(call.input(0), call.value(1, 0), options);
  return [values, indices];
}

export const picking: Record<string, Adapter> = {
  Gather: (call) => [gather(call)],
  GatherElements: (call) => {
    const x = call.input(0);
    const dim = call.number('axis', 0);
    return [F.gather(x, dim, places(call, 1, x.shape.at(dim) as number))];
  },
  GatherND: (call) => [gatherND(call)],
  Hardmax: (call) => [hardmax(call)],
  OneHot: (call) => [oneHot(call)],
  ScatterElements: (call) => {
    const x = call.input(0);
    const dim = call.number('axis', 0);
    const index = places(call, 1, x.shape.at(dim) as number);
    return [F.scatter(x, dim, index, call.input(2), reduction(call))];
  },
  ScatterND: (call) => [scatterND(call)],
  TensorScatter: (call) => [tensorScatter(call)],
  TopK: topk,
  Where: (call) => [F.where(call.input(0), call.input(1), call.input(2))],
};
