// Products ask for pages of memory that lie half a megabyte behind what they read (assembly/lanes/ahead.ts), whatever is
// there.  Where memory ends among those pages nothing may trap, and no bit of a result may change.
import { expect, test } from '@jest/globals';
import * as gemm from './gemm.run.js';
import { type Bench, everyVariant, INTEGERS } from './harness.js';
import * as quant from './quant.run.js';

const AHEAD = 1 << 19;
const PAGE = 65536;
const [M, N, K] = [1, 160, 700]; // weights of more than a page in either format

/** Fills memory until it ends `pages` pages after the one with the address `at`, and gives back the end. */
function endAt(b: Bench, at: number, pages: number): number {
  const end = (Math.floor(at / PAGE) + pages) * PAGE;
  const here = b.alloc(0);
  b.alloc(end - here - 512);
  return end;
}

everyVariant(
  'memory that ends where pages are asked for',
  (fresh) => {
    const cases = (['q8', 'q8_0'] as const).flatMap((f) => [0, 1, 2, 3, 4].map((n) => [f, n] as const));
    test.each(cases)('%s, %i pages on', (format, pages) => {
      const number = quant.number(format);
      const g = quant.operands(M, N, K);
      const want = quant.run(fresh(), g, { format });
      const b = fresh();
      const w = b.f32(g.w);
      const wp = b.alloc(b.kernels.gemm_quant_packed_size(number, N, K));
      b.kernels.gemm_quant_pack(wp, w, number, N, K, g.wn, g.wk, 0, quant.panels(b, N));
      const c = b.f32(N);
      const a = quant.quantize(b, g, format);
      const t = b.alloc(b.kernels.gemm_quant_scratch(number));
      const end = endAt(b, wp + AHEAD, pages);
      const last = wp + AHEAD + b.kernels.gemm_quant_packed_size(number, N, K);
      if (pages === 0) expect(end).toBeLessThanOrEqual(wp + AHEAD);
      if (pages === 1) expect(end > wp + AHEAD && end < last).toBe(true);
      if (pages === 4) expect(end).toBeGreaterThan(last);
      b.kernels.gemm_quant_f32(c, a, wp, 0, 0, t, number, M, N, K, N, 0, 0, 0, quant.panels(b, N));
      expect(b.readF32(c, N)).toEqual(want);
      expect(() => b.readF32(end, 1)).toThrow(RangeError); // memory does end there
      b.checkGuards();
    });

    test.each([0, 1, 3, 5, 7, 9])('f32, %i pages on', (pages) => {
      const g = gemm.operands(M, N, K);
      const want = gemm.run(fresh(), g);
      const b = fresh();
      const w = b.f32(g.b);
      const bp = b.f32(b.kernels.gemm_f32_packed_size(K, N));
      b.kernels.gemm_f32_pack(bp, w, K, N, g.bk, g.bn, 0, gemm.panels(b, N));
      const c = b.f32(N);
      const a = b.f32(g.a);
      const end = endAt(b, bp + AHEAD, pages);
      b.kernels.gemm_f32(c, a, bp, 0, 0, M, N, K, g.am, g.ak, N, 0, 0, 0, gemm.panels(b, N));
      expect(b.readF32(c, N)).toEqual(want);
      expect(() => b.readF32(end, 1)).toThrow(RangeError);
      b.checkGuards();
    });
  },
  INTEGERS,
);
