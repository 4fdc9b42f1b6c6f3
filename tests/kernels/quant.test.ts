// The int8 product.  Its integers are exact, so every build must have the bits of the specification.
import { expect, test } from '@jest/globals';
import { expectCanFail, expectClose, worst } from '../close.js';
import { gemm } from '../reference/gemm.js';
import {
  channelOf,
  gemmQ8,
  type QuantCase,
  quantizeChannel,
  quantizeRow,
  rowOf,
} from '../reference/quant.js';
import { type Bench, everyVariant, INTEGERS } from './harness.js';
import { type Options, operands, pack, panels, quantize, run } from './quant.run.js';

// Around quads of 4, vectors of 8 and 16, panels of 16 and pairs of rows.
const MS = [0, 1, 2, 3, 4, 5, 8];
const NS = [0, 1, 15, 16, 17, 33];
const KS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31];
const VARIATIONS: Options[] = [
  {},
  { transposedW: true },
  { bias: true, act: 1 },
  { residual: 'apart' },
  { bias: true, residual: 'alias', act: 1 },
];
const relu = (x: number): number => Math.max(x, 0);
const bits = (x: Float32Array): string => Buffer.from(x.buffer, x.byteOffset, x.byteLength).toString('hex');

everyVariant(
  'gemm_q8',
  (fresh, variant) => {
    /** The integers of row m as the kernel left them. */
    function stored(b: Bench, a: number, { M, K }: QuantCase, m: number) {
      const at = a + (m * b.kernels.gemm_quant_rows_size(0, M, K)) / M;
      const [zero] = b.readI32(at + 4, 1);
      const scale = b.readF32(at, 1)[0];
      if (variant !== 'simd') return { scale, zero, q: Int32Array.from(b.readU8(at + 16, K)) };
      // Of four values x: x1, x3, 256 x0 - x1, 256 x2 - x3.
      const kept = new Int16Array(b.readU8(at + 16, 8 * Math.ceil(K / 4)).buffer);
      const q = Int32Array.from({ length: K }, (_, k) => {
        const odd = kept[(k & ~3) + ((k & 2) >> 1)];
        return k & 1 ? odd : (kept[(k & ~3) + 2 + ((k & 2) >> 1)] + odd) / 256;
      });
      return { scale, zero, q };
    }

    test('rows: integers, scale and zero point of the specification; every error within its bound', () => {
      for (const K of [...KS, 127, 1031]) {
        const b = fresh();
        const g = operands(3, 1, K);
        g.x.set(rowOf(g, 0).map(Math.abs)); // positive: all 7 bits for it
        if (K > 2) g.x[g.xm + 2] = 0;
        const a = quantize(b, g);
        for (let m = 0; m < 3; m++) {
          const { q, scale, zero } = stored(b, a, g, m);
          const row = rowOf(g, m);
          expect({ q, scale, zero }).toEqual(quantizeRow(row));
          expectClose(
            q.map((v) => v - zero),
            row.map((v) => v / scale),
            { abs: 1 },
            `K ${K}`,
          );
          if (m === 0) expect(zero).toBe(0);
          if (m === 1 && K > 2) expect(q[2]).toBe(zero);
        }
        b.checkGuards();
      }
    });

    test('rows: ties to even, a range of rows, zeros, what is too small to count', () => {
      const b = fresh();
      const K = 9;
      const x = [0.5, 1.5, 2.5, -0.5, -1.5, 3, -3, 63.5, -63.5];
      const g = {
        ...operands(4, 1, K),
        xm: K,
        x: Float32Array.from([...x, ...x.map(() => 0), ...x, ...x.map((v) => v * 1e-33)]),
      };
      const a = quantize(b, g);
      expect([...stored(b, a, g, 0).q].map((q) => q - 64)).toEqual([0, 2, 2, 0, -2, 3, -3, 63, -64]);
      for (const m of [1, 3]) expect(stored(b, a, g, m)).toEqual({ scale: 0, zero: 0, q: new Int32Array(K) });
      const part = b.alloc(b.kernels.gemm_quant_rows_size(0, 4, K));
      b.kernels.gemm_quant_rows(part, b.f32(g.x), 0, K, K, 2, 3);
      expect(stored(b, part, g, 2)).toEqual(stored(b, a, g, 2));
      expect(b.readU8(part, 8)).toEqual(new Uint8Array(8).fill(255));
    });

    test.each(VARIATIONS)('boundary grid, %j', (o) => {
      for (const M of MS)
        for (const N of NS)
          for (const K of KS) {
            const g = operands(M, N, K, o);
            expectClose(run(fresh(), g, o), gemmQ8(g, o.act ? relu : undefined), {}, `(${M}, ${N}, ${K})`);
          }
    });

    test.each([
      [5, 17, 511],
      [6, 16, 512],
      [4, 20, 513],
      [7, 18, 1031],
      [127, 16, 24],
      [128, 17, 6],
      [129, 16, 33],
      [259, 5, 18],
      [1, 48, 4099],
    ])('blocks of rows and of k: (%i, %i, %i)', (M, N, K) => {
      for (const o of [{}, { bias: true, residual: 'alias' } as const]) {
        const g = operands(M, N, K, o);
        expectClose(run(fresh(), g, o), gemmQ8(g), {}, `(${M}, ${N}, ${K})`);
      }
    });

    test('a row does not depend on the rows beside it, nor a column on the panels', () => {
      const g = operands(11, 37, 100);
      const whole = run(fresh(), g);
      for (let rows = 1; rows <= 11; rows++)
        for (const m of [0, 1, 11 - rows].filter((m) => m + rows <= 11)) {
          const part = run(fresh(), { ...g, M: rows, x: g.x.slice(m * g.xm) });
          expect(bits(part)).toBe(bits(whole.subarray(m * 37, (m + rows) * 37)));
        }
      for (let cut = 0; cut <= 3; cut++) expect(bits(run(fresh(), g, { cuts: [cut] }))).toBe(bits(whole));
      const alone = run(fresh(), { ...g, N: 1, w: g.w.slice(20 * g.wn) });
      expect(alone).toEqual(alone.map((_, m) => whole[m * 37 + 20]));
    });

    test('sums stay exact at the largest K and the largest operands', () => {
      const K = 131072;
      const x = new Float32Array(2 * K).fill(1);
      for (let k = 0; k < K; k++) x[K + k] = k % 2 ? 1 : -1;
      const w = new Float32Array(3 * K).fill(1);
      for (let k = 0; k < K; k++) w[K + k] = k % 2 ? -1 : 1;
      w.fill(-1, 2 * K);
      const g = { M: 2, N: 3, K, x, xm: K, w, wn: K, wk: 1, rm: 3 };
      const c = run(fresh(), g);
      expectClose(c, gemmQ8(g), {});
      expect(c[0]).toBeCloseTo(K, 0);
      expect(c[2]).toBeCloseTo(-K, 0);
      expect(run(fresh(), { ...g, M: 1 })).toEqual(c.slice(0, 3));
      expect(
        run(fresh(), { ...g, M: 4, x: Float32Array.from({ length: 4 * K }, (_, i) => x[i % (2 * K)]) }).slice(
          6,
        ),
      ).toEqual(c);
    });

    test('the reference can tell: dropped tail, transposed operand, zeros', () => {
      const g = operands(5, 17, 17);
      const c = run(fresh(), g);
      expectCanFail(gemmQ8(g), {});
      const short = { ...g, K: 16 };
      expect(worst(c, gemmQ8(short), { abs: 1e-3 }).excess).toBeGreaterThan(1);
      const turned = { ...g, wn: 1, wk: 17, w: g.w.map((v) => (Number.isNaN(v) ? 0 : v)) };
      expect(worst(c, gemmQ8(turned), { abs: 1e-3 }).excess).toBeGreaterThan(1);
    });

    test('close to the product of what was quantised, and off by more than rounding', () => {
      const g = operands(9, 33, 768);
      const exact = gemm({ ...g, a: g.x, am: g.xm, ak: 1, b: g.w, bk: 1, bn: g.wn });
      const c = run(fresh(), g);
      const norm = (v: ArrayLike<number>): number => Math.hypot(...Array.from(v));
      const error = norm(exact.map((v, i) => v - c[i])) / norm(exact);
      expect(error).toBeLessThan(0.02); // 7 bits of 5 sigma
      expect(error).toBeGreaterThan(1e-4);
    });

    test('what is not finite is not lost, and stays in its row or channel', () => {
      const g = operands(4, 17, 20);
      g.x[1 * g.xm + 3] = NaN;
      g.x[2 * g.xm + 19] = -Infinity;
      g.w[16 * g.wn] = NaN;
      const c = run(fresh(), g);
      for (let m = 0; m < 4; m++)
        for (let n = 0; n < 17; n++)
          expect(Number.isFinite(c[m * 17 + n])).toBe((m === 0 || m === 3) && n < 16);
      expect(c.subarray(17, 34).every(Number.isNaN)).toBe(true);
    });

    test('unpack and gather_rows give scale q, any strides, any range', () => {
      for (const N of NS)
        for (const K of KS) {
          const b = fresh();
          const g = operands(1, N, K);
          const wp = pack(b, g);
          const channels = Array.from({ length: N }, (_, n) => {
            const { q, scale } = quantizeChannel(channelOf(g, n));
            return Float32Array.from(q, (v) => v * scale);
          });
          const w = b.f32(g.w.length);
          b.kernels.gemm_quant_unpack(w, wp, 0, N, K, g.wn, 1, 0, panels(b, N));
          const plain = { ...g, w: b.readF32(w, g.w.length) };
          for (const [n, channel] of channels.entries()) expect(channelOf(plain, n)).toEqual(channel);
          if (N === 0) continue;
          const ids = [N - 1, 0, N >> 1, N - 1];
          const y = b.f32(4 * K);
          b.kernels.gemm_quant_gather_rows(y, wp, b.i32(ids), 0, K, 1, 3);
          const rows = b.readF32(y, 4 * K);
          ids.forEach((id, i) => {
            const kept = new Float32Array(K).fill(NaN);
            expect(rows.slice(i * K, (i + 1) * K)).toEqual(i === 1 || i === 2 ? channels[id] : kept);
          });
          b.checkGuards();
        }
    });
  },
  INTEGERS,
);
