// The products of formats in groups of 32.  Integers are exact and numbers are added in one order, so every build
// must have the bits of the specification.
import { describe, expect, test } from '@jest/globals';
import { expectCanFail, expectClose, worst } from '../close.js';
import { Random } from '../random.js';
import { gemm } from '../reference/gemm.js';
import { BLOCKS, bf16, channelOf, gemmBlocks, roundedChannel } from '../reference/quant.js';
import { everyVariant, INTEGERS } from './harness.js';
import { number, type Options, operands, pack, panels, run } from './quant.run.js';

// Around vectors of 8, groups of 32, panels of 16 and pairs of rows.
const MS = [0, 1, 2, 3, 4, 5, 8];
const NS = [0, 1, 15, 16, 17, 33];
const KS = [0, 1, 3, 7, 8, 9, 31, 32, 33, 65];
const VARIATIONS: Options[] = [
  {},
  { transposedW: true },
  { bias: true, act: 1 },
  { residual: 'apart' },
  { bias: true, residual: 'alias', act: 1 },
];
/** Bytes of a block of 16 channels; how far in steps rounding goes; between what the loss of a product of 768 is. */
const FORMATS = {
  q4: { bytes: 288, half: 0.5 + 2 ** -5, loss: [5e-3, 0.02] },
  q4_1: { bytes: 320, half: 0.5 + 2 ** -4, loss: [5e-3, 0.02] },
  q8_0: { bytes: 544, half: 0.75, loss: [5e-4, 2e-3] },
} as const;
const relu = (x: number): number => Math.max(x, 0);
const bits = (x: Float32Array): string => Buffer.from(x.buffer, x.byteOffset, x.byteLength).toString('hex');

everyVariant(
  'products in groups',
  (fresh) => {
    describe.each(['q4', 'q4_1', 'q8_0'] as const)('gemm_%s', (format) => {
      const quantize = BLOCKS[format];
      const { bytes, half, loss } = FORMATS[format];

      test.each(VARIATIONS)('boundary grid, %j', (o) => {
        for (const M of MS)
          for (const N of NS)
            for (const K of KS) {
              const g = operands(M, N, K, o);
              const c = run(fresh(), g, { ...o, format });
              expectClose(c, gemmBlocks(g, quantize, o.act ? relu : undefined), {}, `(${M}, ${N}, ${K})`);
            }
      });

      test.each([
        [7, 18, 1031],
        [127, 16, 40],
        [128, 17, 6],
        [131, 16, 70],
        [259, 5, 33],
        [1, 48, 4099],
      ])('blocks of rows, many groups: (%i, %i, %i)', (M, N, K) => {
        const g = operands(M, N, K, { bias: true, residual: 'alias' });
        expectClose(run(fresh(), g, { residual: 'alias', format }), gemmBlocks(g, quantize), {});
      });

      test('a row does not depend on the rows beside it, nor a column on the panels', () => {
        const g = operands(11, 37, 100);
        const whole = run(fresh(), g, { format });
        for (let rows = 1; rows <= 11; rows++)
          for (const m of [0, 1, 11 - rows].filter((m) => m + rows <= 11)) {
            const part = run(fresh(), { ...g, M: rows, x: g.x.slice(m * g.xm) }, { format });
            expect(bits(part)).toBe(bits(whole.subarray(m * 37, (m + rows) * 37)));
          }
        for (let cut = 0; cut <= 3; cut++)
          expect(bits(run(fresh(), g, { cuts: [cut], format }))).toBe(bits(whole));
      });

      test('the largest sums of a group: lanes of 16 bits do not overflow', () => {
        const x = new Float32Array(64).fill(1);
        const w = new Float32Array(64).fill(1); // q4: -8 steps of -1/8, stored as 0; else all bits set
        for (let k = 32; k < 64; k++) w[k] = k === 32 ? -1 : 0.875; // one 0 and as many 15 as there can be
        for (const sign of [1, -1]) {
          const g = { M: 1, N: 1, K: 64, x: x.map((v) => sign * v), xm: 64, w, wn: 64, wk: 1, rm: 1 };
          const c = run(fresh(), g, { format });
          expectClose(c, gemmBlocks(g, quantize), {});
          expect(c[0]).toBeCloseTo(sign * (32 - 1 + 31 * 0.875), 0);
        }
      });

      test('the largest operands of every sign side by side, in one row and in the tile', () => {
        const signs = (pattern: number, i: number): number => ((pattern >> (i & 3)) & 1 ? -1 : 1);
        for (const M of [1, 4])
          for (let pattern = 0; pattern < 256; pattern += 7) {
            const x = new Float32Array(M * 32).map((_, i) => signs(pattern & 15, i));
            const w = new Float32Array(32).map((_, i) => signs(pattern >> 4, i));
            const g = { M, N: 1, K: 32, x, xm: 32, w, wn: 32, wk: 1, rm: 1 };
            expectClose(run(fresh(), g, { format }), gemmBlocks(g, quantize), {});
          }
      });

      test('the reference can tell: dropped tail, transposed operand, zeros', () => {
        const g = operands(5, 17, 33);
        const c = run(fresh(), g, { format });
        expectCanFail(gemmBlocks(g, quantize), {});
        expect(worst(c, gemmBlocks({ ...g, K: 32 }, quantize), { abs: 1e-3 }).excess).toBeGreaterThan(1);
        const turned = { ...g, wn: 1, wk: 17, w: g.w.map((v) => (Number.isNaN(v) ? 0 : v)) };
        expect(worst(c, gemmBlocks(turned, quantize), { abs: 1e-3 }).excess).toBeGreaterThan(1);
      });

      test('close to the product of what was quantised, and off by more than rounding', () => {
        const g = operands(9, 33, 768);
        const exact = gemm({ ...g, a: g.x, am: g.xm, ak: 1, b: g.w, bk: 1, bn: g.wn });
        const c = run(fresh(), g, { format });
        const norm = (v: ArrayLike<number>): number => Math.hypot(...Array.from(v));
        const error = norm(exact.map((v, i) => v - c[i])) / norm(exact);
        expect(error).toBeGreaterThan(loss[0]);
        expect(error).toBeLessThan(loss[1]);
      });

      test('what is not finite is not lost, and stays in its row or channel; tiny groups are zeros', () => {
        const g = operands(4, 17, 40);
        g.x[1 * g.xm + 3] = NaN;
        g.x[2 * g.xm + 39] = -Infinity;
        g.w[16 * g.wn] = NaN;
        const c = run(fresh(), g, { format });
        for (let m = 0; m < 4; m++)
          for (let n = 0; n < 17; n++)
            expect(Number.isFinite(c[m * 17 + n])).toBe((m === 0 || m === 3) && n < 16);
        const tiny = { ...operands(2, 3, 40), x: new Float32Array(83).fill(1e-33) };
        expect(run(fresh(), tiny, { format })).toEqual(new Float32Array(6));
      });

      test('blocks of so many bytes; every weight within half a step', () => {
        const b = fresh();
        for (const [N, K, blocks] of [
          [16, 32, 1],
          [17, 32, 2],
          [16, 33, 2],
          [1, 1, 1],
          [0, 9, 0],
          [9, 0, 0],
        ])
          expect(b.kernels.gemm_quant_packed_size(number(format), N, K)).toBe(bytes * blocks);
        for (const w of [
          operands(1, 1, 32).w.slice(0, 32),
          new Random(3).normal(32),
          new Random(4).uniform(9, 1, 2),
        ]) {
          const { q, scale, minimum } = quantize(w);
          expect(scale).toBe(bf16(scale));
          expect(minimum).toBe(bf16(minimum));
          w.forEach((v, k) => {
            const bound = format === 'q4' && v / scale > 7.5 ? 1 : half; // there is no 8
            expect(Math.abs((v - minimum) / scale - q[k])).toBeLessThanOrEqual(bound);
          });
        }
      });

      test('what was unpacked packs to the same bytes', () => {
        const spread = new Random(5).normal(33 * 40).map((v, i) => {
          const row = Math.floor(i / 40);
          if (row === 0) return 0.1234567; // all alike
          if (row === 1) return -0.1234567;
          if (row === 2) return Math.abs(v) + 3; // far from zero
          if (row === 3) return -3 - Math.abs(v);
          if (row === 4) return i % 40 === 7 ? -5 : v * 1e-6; // one that sticks out
          if (row === 5) return i % 40 === 7 ? -1e-36 : Math.abs(v); // a minimum that does not count
          return row === 6 ? v * 1e-31 : v * 10 ** (row % 7);
        });
        const b = fresh();
        const g = { M: 1, N: 33, K: 40, x: new Float32Array(40), xm: 40, w: spread, wn: 40, wk: 1, rm: 33 };
        const first = pack(b, g, format);
        const w = b.f32(33 * 40);
        b.kernels.gemm_quant_unpack(w, first, number(format), 33, 40, 40, 1, 0, panels(b, 33));
        const unpacked = b.readF32(w, 33 * 40);
        expect(unpacked[5 * 40 + 7]).toBe(0);
        const second = pack(b, { ...g, w: unpacked }, format);
        const size = b.kernels.gemm_quant_packed_size(number(format), 33, 40);
        expect(Buffer.from(b.readU8(second, size)).equals(b.readU8(first, size))).toBe(true);
      });

      test('unpack and gather_rows give scale q + minimum, any strides, any range', () => {
        for (const N of NS)
          for (const K of KS) {
            const b = fresh();
            const g = operands(1, N, K);
            const wp = pack(b, g, format);
            const channels = Array.from({ length: N }, (_, n) => roundedChannel(channelOf(g, n), quantize));
            const w = b.f32(g.w.length);
            b.kernels.gemm_quant_unpack(w, wp, number(format), N, K, g.wn, 1, 0, panels(b, N));
            const plain = { ...g, w: b.readF32(w, g.w.length) };
            for (const [n, channel] of channels.entries()) expectClose(channelOf(plain, n), channel, {});
            if (N === 0) continue;
            const ids = [N - 1, 0, N >> 1, N - 1];
            const y = b.f32(4 * K);
            b.kernels.gemm_quant_gather_rows(y, wp, b.i32(ids), number(format), K, 1, 3);
            const rows = b.readF32(y, 4 * K);
            for (const [i, id] of ids.entries()) {
              const kept = new Float32Array(K).fill(NaN);
              expectClose(rows.slice(i * K, (i + 1) * K), i === 1 || i === 2 ? channels[id] : kept, {});
            }
            b.checkGuards();
          }
      });
    });
  },
  INTEGERS,
);
