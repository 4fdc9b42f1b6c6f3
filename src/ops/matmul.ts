// torch.matmul: batched, broadcast, vectors allowed.
import { ShapeError } from '../errors.js';
import { broadcastShapes, broadcastStrides, numel, show } from '../tensor/shape.js';
import { record } from '../tensor/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { gemm, packScratch } from './matrix.js';
import { sumTo } from './sum-to.js';
import { expectDType, output, sameArena } from './util.js';
import { squeeze, transpose, unsqueeze } from './view.js';

/**
 * `torch.matmul`: a (*, M, K), b (*, K, N) -> (*, M, N), f32, leading dimensions broadcast; a vector is
 * a row on the left and a column on the right, and its dimension of 1 is dropped from the result.
 * @throws ShapeError, DTypeError
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  expectDType(a, 'a', 'f32');
  expectDType(b, 'b', 'f32');
  if (a.rank === 0 || b.rank === 0)
    throw new ShapeError(`matmul needs at least one dimension, got ${show(a.shape)} and ${show(b.shape)}`);
  return a.arena.scope(() => {
    if (a.rank === 1) return squeeze(matmul(unsqueeze(a, 0), b), b.rank === 1 ? 0 : -2);
    if (b.rank === 1) return squeeze(matmul(a, unsqueeze(b, 1)), -1);
    const y = batched(a, b);
    return record(y, [a, b], [a, b], (dy, [sa, sb], needs) => [
      needs[0] ? sumTo(batched(dy, transpose(sb, -1, -2)), sa.shape) : null,
      needs[1] ? sumTo(batched(transpose(sa, -1, -2), dy), sb.shape) : null,
    ]);
  });
}

function batched(a: Tensor, b: Tensor): Tensor {
  const arena = sameArena(a, b);
  const [M, K] = a.shape.slice(-2);
  const [Kb, N] = b.shape.slice(-2);
  if (K !== Kb) throw new ShapeError(`matmul: ${show(a.shape)} and ${show(b.shape)} do not fit`);
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'matmul: batch dimensions');
  const y = output(a, [...batch, M, N]);
  const sa = broadcastStrides(a.shape.slice(0, -2), a.strides.slice(0, -2), batch);
  const sb = broadcastStrides(b.shape.slice(0, -2), b.strides.slice(0, -2), batch);
  const [am, ak] = a.strides.slice(-2);
  const [bk, bn] = b.strides.slice(-2);
  let packed = 0;
  let packedFrom = -1;
  const index = new Array<number>(batch.length).fill(0);
  for (let i = 0, n = numel(batch); i < n; i++) {
    const ptrA = a.ptr + 4 * dot(index, sa);
    const ptrB = b.ptr + 4 * dot(index, sb);
    if (ptrB !== packedFrom) packed = packScratch(arena, { ptr: ptrB, row: bk, col: bn }, K, N);
    packedFrom = ptrB;
    gemm(arena, y.ptr + 4 * i * M * N, { ptr: ptrA, row: am, col: ak }, packed, M, N, K);
    for (let d = batch.length - 1; d >= 0 && ++index[d] === batch[d]; d--) index[d] = 0;
  }
  return y;
}

function dot(index: readonly number[], strides: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < index.length; i++) sum += index[i] * strides[i];
  return sum;
}
