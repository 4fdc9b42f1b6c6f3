// An element of C is one chain over k: its bits do not depend on the rows beside it, on the tile it
// falls into, on the width of N, nor on how the panels are shared out.
import { expect, test } from '@jest/globals';
import { operands, pack, panels, run } from './gemm.run.js';
import { everyVariant } from './harness.js';

const bits = (x: Float32Array): string => Buffer.from(x.buffer, x.byteOffset, x.byteLength).toString('hex');

everyVariant('gemm_f32 bits', (fresh) => {
  test.each([
    [13, 37, 19],
    [8, 16, 384],
    [7, 33, 1543],
    [70, 20, 1100],
    [9, 33, 1024],
  ])('row m of (%i, %i, %i) is the same row computed alone, and in any smaller M', (M, N, K) => {
    const g = operands(M, N, K);
    const whole = run(fresh(), g);
    for (let rows = 1; rows <= Math.min(M, 13); rows++)
      for (const m of [0, 1, 2, 5, M - rows].filter((m) => m >= 0 && m + rows <= M)) {
        const part = run(fresh(), { ...g, M: rows, a: Array.prototype.slice.call(g.a, m * g.am) });
        expect(bits(part)).toBe(bits(whole.subarray(m * N, (m + rows) * N)));
      }
  });

  test.each([1023, 1024])('one row of %i steps with bias, residual and activation is that of many', (K) => {
    const o = { bias: true, residual: 'apart', act: 1 } as const;
    const g = operands(9, 53, K, o);
    const whole = run(fresh(), g, o);
    expect(bits(run(fresh(), { ...g, M: 1 }, o))).toBe(bits(whole.subarray(0, 53)));
  });

  test('column n of a wide N is the same column computed alone', () => {
    const g = operands(5, 37, 1200);
    const whole = run(fresh(), g);
    for (let n = 0; n < 37; n++) {
      const alone = run(fresh(), { ...g, N: 1, b: Array.prototype.slice.call(g.b, n * g.bn) });
      expect(bits(alone)).toBe(bits(Float32Array.from({ length: 5 }, (_, m) => whole[m * 37 + n])));
    }
  });

  test('a residual that is c has the bits of one apart, also where K is cut into blocks', () => {
    for (const K of [33, 1543]) {
      const g = operands(9, 35, K, { residual: 'apart', bias: true });
      expect(bits(run(fresh(), g, { residual: 'alias' }))).toBe(bits(run(fresh(), g, { residual: 'apart' })));
    }
  });

  test('any split of the range of panels gives the whole', () => {
    const o = { bias: true, residual: 'alias', act: 1 } as const;
    const g = operands(11, 117, 29, o);
    const whole = bits(run(fresh(), g, o));
    const count = panels(fresh(), 117);
    for (let x = 0; x <= count; x++) expect(bits(run(fresh(), g, { ...o, cuts: [x] }))).toBe(whole);
    expect(bits(run(fresh(), g, { ...o, cuts: [1, 3, 3, 5] }))).toBe(whole);
  });

  test.each([1, 2, 7])('batched: %i rows, own and shared operands, any split', (M) => {
    const [N, K, batch] = [35, 23, 5];
    const g = operands(M, N, K);
    const b = fresh();
    const count = panels(b, N);
    const size = b.kernels.gemm_f32_packed_size(K, N);
    const aLength = M * g.am + 3;
    const as = operands(batch, aLength, 0, { bias: true, seed: 3 }).bias!; // one row of numbers
    const values = Float32Array.from({ length: batch * aLength }, (_, i) => as[i % aLength] + (i % 7) / 8);
    const a = b.f32(values);
    const weights = Array.from({ length: batch }, (_, i) => operands(M, N, K, { seed: i + 1 }));
    const bp = b.f32(batch * size);
    for (const [i, w] of weights.entries())
      b.kernels.gemm_f32_pack(bp + i * size * 4, b.f32(w.b), K, N, w.bk, w.bn, 0, count);
    for (const shared of [false, true]) {
      const expected = Array.from({ length: batch }, (_, i) =>
        bits(run(fresh(), { ...g, a: values.subarray(i * aLength), b: weights[shared ? 0 : i].b })),
      );
      for (const cuts of [[], [1], [count], [count + 1, 2 * count + 2]]) {
        const c = b.f32(batch * M * N);
        const ranges = [0, ...cuts, batch * count];
        for (let r = 1; r < ranges.length; r++)
          b.kernels.gemm_f32_batched(
            ...([c, a, bp, 0, 0, M, N, K, g.am, 1, N, 0, 0, M * N, aLength, shared ? 0 : size, 0] as const),
            ...([ranges[r - 1], ranges[r]] as const),
          );
        for (let i = 0; i < batch; i++) expect(bits(b.readF32(c + i * M * N * 4, M * N))).toBe(expected[i]);
      }
    }
    b.checkGuards();
  });

  test('packing is pure copying, so the layout of the weights does not show', () => {
    const g = operands(3, 37, 21);
    const plain = operands(3, 37, 21, { transposedB: false });
    const b = Float32Array.from(plain.b);
    for (let k = 0; k < 21; k++) for (let n = 0; n < 37; n++) b[k * plain.bk + n] = g.b[k + n * g.bn];
    const [x, y] = [fresh(), fresh()];
    const size = x.kernels.gemm_f32_packed_size(21, 37);
    const copy = { ...plain, b };
    expect(bits(x.readF32(pack(x, g), size))).toBe(bits(y.readF32(pack(y, copy), size)));
  });
});
