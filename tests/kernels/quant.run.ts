// Sets up one quantised product on bare memory, runs the kernels over ranges, and hands back C.
import { QUANTIZED_DTYPES } from '../../src/ops/panel-matrix.js';
import type { QuantizedDType } from '../../src/ops/quantized.js';
import { Random } from '../random.js';
import type { QuantCase } from '../reference/quant.js';
import { type Bench, denseRows } from './harness.js';

export type Format = QuantizedDType;

/** The number of a format. */
export const number = (format: Format = 'q8'): number => QUANTIZED_DTYPES.indexOf(format);

export interface Options {
  format?: Format;
  transposedW?: boolean;
  bias?: boolean;
  residual?: 'apart' | 'alias';
  act?: number;
  /** cut points of the range of panels */
  cuts?: number[];
}

const GAP = 3;

/** Operands with gaps of NaN between their rows. */
export function operands(M: number, N: number, K: number, o: Options = {}): QuantCase {
  const random = new Random(7 * M + 11 * N + 13 * K + 1);
  const matrix = (rows: number, columns: number, stride: number): Float32Array => {
    const x = new Float32Array(Math.max(rows - 1, 0) * stride + (rows > 0 ? columns : 0)).fill(NaN);
    for (let i = 0; i < rows; i++) x.set(random.uniform(columns, -1 - (i % 5), 2), i * stride);
    return x;
  };
  return {
    ...{ M, N, K, xm: K + GAP, rm: N + GAP },
    ...(o.transposedW ? { wn: 1, wk: N + GAP } : { wn: K + GAP, wk: 1 }),
    x: matrix(M, K, K + GAP),
    w: o.transposedW ? matrix(K, N, N + GAP) : matrix(N, K, K + GAP),
    bias: o.bias ? random.uniform(N) : undefined,
    residual: o.residual ? matrix(M, N, N + GAP) : undefined,
  };
}

export const panels = (b: Bench, N: number): number => Math.ceil(N / b.kernels.gemm_f32_nr());

export function pack(b: Bench, { N, K, w, wn, wk }: QuantCase, format: Format = 'q8'): number {
  const wp = b.alloc(b.kernels.gemm_quant_packed_size(number(format), N, K));
  b.kernels.gemm_quant_pack(wp, b.f32(w), number(format), N, K, wn, wk, 0, panels(b, N));
  return wp;
}

export function quantize(b: Bench, { M, K, x, xm }: QuantCase, format: Format = 'q8'): number {
  const a = b.alloc(b.kernels.gemm_quant_rows_size(number(format), M, K));
  b.kernels.gemm_quant_rows(a, b.f32(x, 4), number(format), K, xm, 0, M);
  return a;
}

/** Runs the kernels; C comes back dense, and what lies between its rows must be untouched. */
export function run(b: Bench, g: QuantCase, o: Options = {}): Float32Array {
  const { M, N, K, rm } = g;
  const { format = 'q8' } = o;
  const cm = o.residual === 'alias' ? rm : N + 5;
  const length = Math.max(M - 1, 0) * cm + (M > 0 ? N : 0);
  const c = b.f32(o.residual === 'alias' ? g.residual! : new Float32Array(length).fill(NaN));
  const residual = o.residual === 'alias' ? c : g.residual ? b.f32(g.residual) : 0;
  const wp = pack(b, g, format);
  const a = quantize(b, g, format);
  const t = b.alloc(b.kernels.gemm_quant_scratch(number(format)));
  const bias = g.bias ? b.f32(g.bias, 8) : 0;
  const cuts = [0, ...(o.cuts ?? []), panels(b, N)];
  for (let i = 1; i < cuts.length; i++)
    b.kernels.gemm_quant_f32(
      ...([c, a, wp, bias, residual, t, number(format), M, N, K, cm, rm, o.act ?? 0] as const),
      ...([cuts[i - 1], cuts[i]] as const),
    );
  b.checkGuards();
  return denseRows(b.readF32(c, length), M, N, cm);
}
