import { expect, test } from '@jest/globals';
import { Random } from '../random.js';
import { operands, pack, panels } from './gemm.run.js';
import { everyVariant } from './harness.js';

const NS = [0, 1, 3, 4, 15, 16, 17, 31, 32, 33, 50, 128, 150];
const KS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 31];
const GRID = NS.flatMap((N) => KS.map((K) => [N, K] as const));

everyVariant('gemm_f32_pack', (fresh) => {
  test.each([true, false])(
    'every element in its place, the rest of the last panel zero; weights (N, K): %s',
    (t) => {
      for (const [N, K] of GRID) {
        const b = fresh();
        const nr = b.kernels.gemm_f32_nr();
        const g = operands(1, N, K, { transposedB: t });
        const size = b.kernels.gemm_f32_packed_size(K, N);
        expect(size).toBe(panels(b, N) * nr * K);
        const packed = b.readF32(pack(b, g), size);
        const expected = new Float32Array(size);
        for (let n = 0; n < N; n++)
          for (let k = 0; k < K; k++)
            expected[Math.floor(n / nr) * K * nr + k * nr + (n % nr)] = g.b[k * g.bk + n * g.bn];
        expect(packed).toEqual(expected);
        b.checkGuards();
      }
    },
  );

  test('general strides', () => {
    const b = fresh();
    const [K, N, bk, bn] = [5, 19, 3, 17];
    const x = new Random(1).uniform((K - 1) * bk + (N - 1) * bn + 1);
    const size = b.kernels.gemm_f32_packed_size(K, N);
    const bp = b.f32(size);
    b.kernels.gemm_f32_pack(bp, b.f32(x), K, N, bk, bn, 0, 2);
    const packed = b.readF32(bp, size);
    expect(packed[1 * K * 16 + 4 * 16 + 2]).toBe(x[4 * bk + 18 * bn]);
    expect(packed[3 * 16 + 15]).toBe(x[3 * bk + 15 * bn]);
    b.checkGuards();
  });

  test.each([true, false])('unpack is the inverse and leaves the gaps; weights (N, K): %s', (t) => {
    for (const [N, K] of GRID) {
      const b = fresh();
      const g = operands(1, N, K, { transposedB: t });
      const bp = pack(b, g);
      const y = b.f32(new Float32Array(g.b.length).fill(NaN));
      b.kernels.gemm_f32_unpack(y, bp, K, N, g.bk, g.bn, 0, panels(b, N));
      expect(b.readF32(y, g.b.length)).toEqual(g.b);
      b.checkGuards();
    }
  });

  test('a range touches its panels only', () => {
    const b = fresh();
    const [K, N] = [6, 40];
    const g = operands(1, N, K);
    const size = b.kernels.gemm_f32_packed_size(K, N);
    const whole = b.readF32(pack(b, g), size);
    const bp = b.f32(new Float32Array(size).fill(7));
    const x = b.f32(g.b);
    b.kernels.gemm_f32_pack(bp, x, K, N, g.bk, g.bn, 1, 2);
    const part = b.readF32(bp, size);
    expect(part.subarray(0, 96)).toEqual(new Float32Array(96).fill(7));
    expect(part.subarray(96, 192)).toEqual(whole.subarray(96, 192));
    expect(part.subarray(192)).toEqual(new Float32Array(96).fill(7));
    const y = b.f32(new Float32Array(g.b.length).fill(NaN));
    b.kernels.gemm_f32_pack(bp, x, K, N, g.bk, g.bn, 0, 3);
    b.kernels.gemm_f32_unpack(y, bp, K, N, g.bk, g.bn, 2, 3);
    const back = b.readF32(y, g.b.length);
    for (let n = 0; n < N; n++) expect(back[n * g.bn]).toBe(n < 32 ? NaN : g.b[n * g.bn]);
    b.checkGuards();
  });

  test('gather_rows: rows of the (N, K) matrix, repeated and out of order, any range', () => {
    for (const [N, K] of GRID.filter(([N]) => N > 0)) {
      const b = fresh();
      const g = operands(1, N, K);
      const bp = pack(b, g);
      const ids = [N - 1, 0, N >> 1, N - 1, 0];
      const y = b.f32(new Float32Array(5 * K).fill(NaN));
      const p = b.i32(ids);
      b.kernels.gemm_f32_gather_rows(y, bp, p, K, N, 1, 3);
      expect(b.readF32(y, 5 * K).map((v) => (Number.isNaN(v) ? 1 : 0))).toEqual(
        Float32Array.from({ length: 5 * K }, (_, i) => (i >= K && i < 3 * K ? 0 : 1)),
      );
      b.kernels.gemm_f32_gather_rows(y, bp, p, K, N, 0, 5);
      const expected = ids.flatMap((n) => Array.from({ length: K }, (_, k) => g.b[k + n * g.bn]));
      expect(Array.from(b.readF32(y, 5 * K))).toEqual(expected);
      b.checkGuards();
    }
  });
});
