// Matrix products: shapes around the panels (16 columns) and row pairs of the GEMM, batches, views.
import { describe, expect, test } from '@jest/globals';
import * as F from '../../src/ops/index.js';
import { PackedMatrix } from '../../src/ops/packed.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { ACTIVATIONS } from '../reference/activation.js';
import { expectOp } from './op.js';

/** (M, K) (K, N) */
function product(a: Float64Array, b: Float64Array, M: number, K: number, N: number): Float64Array {
  const y = new Float64Array(M * N);
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) for (let k = 0; k < K; k++) y[m * N + n] += a[m * K + k] * b[k * N + n];
  return y;
}

/** x (rows, columns) turned */
function transposed(x: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from(x, (_, i) => x[(i % rows) * columns + Math.floor(i / rows)]);
}

const GRID = [
  [1, 1, 1],
  [1, 3, 16],
  [2, 16, 15],
  [3, 5, 17],
  [4, 17, 32],
  [5, 2, 33],
  [16, 7, 5],
  [17, 1, 3],
];
const TOLERANCE = { abs: 2e-5 };
const SLOPES = { abs: 4e-5, rel: 1e-5 };

everyEngine('products', (engine) => {
  describe.each(GRID)('%i x %i x %i', (M, K, N) => {
    test('matmul', () => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [M, K] }, { shape: [K, N] }],
        op: F.matmul,
        reference: (a, b) => product(a, b, M, K, N),
        tolerance: TOLERANCE,
        slopes: SLOPES,
      });
    });

    test('linear with bias', () => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [M, K] }, { shape: [N, K] }, { shape: [N] }],
        op: (x, w, b) => F.linear(x, w, b),
        reference: (x, w, b) => product(x, transposed(w, N, K), M, K, N).map((v, i) => v + b[i % N]),
        tolerance: TOLERANCE,
        slopes: SLOPES,
      });
    });
  });

  test.each(['relu', 'gelu', 'gelu_tanh', 'quick_gelu', 'silu', 'tanh', 'sigmoid'] as const)(
    'linear with %s and a residual',
    (activation) => {
      const [M, K, N] = [3, 5, 18];
      expectOp({
        engine: engine(),
        operands: [{ shape: [M, K] }, { shape: [N, K] }, { shape: [N] }, { shape: [M, N] }],
        op: (x, w, b, residual) => F.linear(x, w, b, { activation, residual }),
        reference: (x, w, b, r) =>
          product(x, transposed(w, N, K), M, K, N).map(
            (v, i) => ACTIVATIONS[activation.toUpperCase()].value(v + b[i % N], 0, 0) + r[i],
          ),
        tolerance: TOLERANCE,
        slopes: SLOPES,
      });
    },
  );

  test('a packed weight lets gradients through to x and bias', () => {
    const [M, K, N] = [3, 4, 17];
    const weight = Float64Array.from({ length: N * K }, (_, i) => ((i * 7) % 11) / 8 - 0.5);
    const packed = PackedMatrix.from(engine().tensor(Float32Array.from(weight), [N, K]));
    expectOp({
      engine: engine(),
      operands: [{ shape: [M, K] }, { shape: [N] }],
      op: (x, b) => F.linear(x, packed, b),
      reference: (x, b) => product(x, transposed(weight, N, K), M, K, N).map((v, i) => v + b[i % N]),
      tolerance: TOLERANCE,
      slopes: SLOPES,
    });
    packed.dispose();
  });

  describe('matmul', () => {
    const batched =
      (M: number, K: number, N: number, pick: (i: number) => [number, number], batches: number) =>
      (a: Float64Array, b: Float64Array): number[] =>
        Array.from({ length: batches }, (_, i) => {
          const [p, q] = pick(i);
          return [
            ...product(
              a.subarray(p * M * K, (p + 1) * M * K),
              b.subarray(q * K * N, (q + 1) * K * N),
              M,
              K,
              N,
            ),
          ];
        }).flat();

    test.each<[string, number[], number[], (i: number) => [number, number], number]>([
      ['batch by batch', [2, 3, 4], [2, 4, 5], (i) => [i, i], 2],
      ['one matrix for a batch', [2, 3, 4], [4, 5], (i) => [i, 0], 2],
      ['one on the left', [3, 4], [2, 4, 5], (i) => [0, i], 2],
      ['batches broadcast crosswise', [2, 1, 3, 4], [1, 3, 4, 5], (i) => [Math.floor(i / 3), i % 3], 6],
    ])('%s', (_, a, b, pick, batches) => {
      expectOp({
        engine: engine(),
        operands: [{ shape: a }, { shape: b }],
        op: F.matmul,
        reference: batched(3, 4, 5, pick, batches),
        tolerance: TOLERANCE,
        slopes: SLOPES,
      });
    });

    test.each<[string, number[], number[], [number, number, number]]>([
      ['a vector on the left', [4], [4, 5], [1, 4, 5]],
      ['a vector on the right', [3, 4], [4], [3, 4, 1]],
      ['two vectors', [4], [4], [1, 4, 1]],
    ])('%s', (_, a, b, [M, K, N]) => {
      expectOp({
        engine: engine(),
        operands: [{ shape: a }, { shape: b }],
        op: F.matmul,
        reference: (x, y) => product(x, y, M, K, N),
      });
    });

    test('of transposed views, and of a matrix with itself', () => {
      expectOp({
        engine: engine(),
        operands: [{ shape: [4, 3] }, { shape: [18, 4] }],
        op: (a, b) => F.matmul(F.transpose(a, 0, 1), F.transpose(b, 0, 1)),
        reference: (a, b) => product(transposed(a, 4, 3), transposed(b, 18, 4), 3, 4, 18),
        tolerance: TOLERANCE,
        slopes: SLOPES,
      });
      expectOp({
        engine: engine(),
        operands: [{ shape: [4, 4] }],
        op: (a: Tensor) => F.matmul(a, a),
        reference: (a) => product(a, a, 4, 4, 4),
        slopes: SLOPES,
      });
    });
  });

  test('an empty batch has empty gradients', () => {
    engine().scope(() => {
      const x = engine().tensor(new Float32Array(0), [0, 3], { requiresGrad: true });
      const w = engine().tensor([1, 2, 3], [1, 3], { requiresGrad: true });
      F.backward(F.sum(F.linear(x, w)));
      expect([x.grad!.shape, w.grad!.tolist()]).toEqual([[0, 3], [[0, 0, 0]]]);
    });
  });
});
