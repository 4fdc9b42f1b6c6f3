// gemm_quant_*: products with weights in fewer bits, in any of the formats of formats.ts, by number.
//
// pack         wp = the weight w, (N, K) f32, element (n, k) at w + n wn + k wk     (pack.ts, pack-blocks.ts)
// unpack       w = what wp stands for
// gather_rows  y (n, K) dense, row i = row ids[i] of that
// rows         y = M rows of x, (M, K) f32, row stride xm, quantised                (rows.ts, rows4.ts)
// f32          C = act(A Wᵀ + bias) + residual                                      (gemm.ts, gemm4.ts)
//
// Range: panels of NR channels; of rows and gather_rows, rows of y.  No aliasing but of residual and c.
import { NR, panels } from '../gemm/layout';
import { blocksOf, Format, recordsBytes } from './formats';
import { q8Gemm, q8Scratch } from './gemm';
import { blocksGemm, blocksScratch } from './gemm4';
import { panelOf, rowBytes } from './layout';
import { packQ8, unpackQ8 } from './pack';
import { packBlocks, unpackBlocks } from './pack-blocks';
import { quantizeRows } from './rows';
import { quantizeGroups } from './rows4';

/** Bytes of a packed (N, K) weight. */
export function gemm_quant_packed_size(format: i32, N: i32, K: i32): usize {
  return format == Format.q8 ? panelOf(0, panels(N), K) : blocksOf(format, 0, panels(N), K);
}

/** Bytes of M quantised rows of K activations. */
export function gemm_quant_rows_size(format: i32, M: i32, K: i32): usize {
  return <usize>M * (format == Format.q8 ? rowBytes(K) : recordsBytes(format, K));
}

/** Bytes of working memory of one product. */
export function gemm_quant_scratch(format: i32): usize {
  return format == Format.q8 ? q8Scratch() : blocksScratch();
}

export function gemm_quant_pack(
  wp: usize, w: usize, format: i32, N: i32, K: i32, wn: i32, wk: i32, begin: i32, end: i32,
): void {
  if (format == Format.q8) packQ8(wp, w, N, K, wn, wk, begin, end);
  else packBlocks(wp, w, format, N, K, wn, wk, begin, end);
}

export function gemm_quant_unpack(
  w: usize, wp: usize, format: i32, N: i32, K: i32, wn: i32, wk: i32, begin: i32, end: i32,
): void {
  for (let n = begin * NR; n < min(end * NR, N); n++) {
    unpackChannel(format, w + ((<usize>n * <usize>wn) << 2), wp, n, K, <usize>wk << 2);
  }
}

export function gemm_quant_gather_rows(
  y: usize, wp: usize, ids: usize, format: i32, K: i32, begin: i32, end: i32,
): void {
  for (let i = begin; i < end; i++) {
    unpackChannel(format, y + ((<usize>i * <usize>K) << 2), wp, load<i32>(ids + (<usize>i << 2)), K, 4);
  }
}

function unpackChannel(format: i32, to: usize, wp: usize, n: i32, K: i32, step: usize): void {
  if (format == Format.q8) unpackQ8(to, wp, n, K, step);
  else unpackBlocks(format, to, wp, n, K, step);
}

export function gemm_quant_rows(y: usize, x: usize, format: i32, K: i32, xm: i32, begin: i32, end: i32): void {
  if (format == Format.q8) quantizeRows(y, x, K, xm, begin, end);
  else quantizeGroups(y, x, format == Format.q8_0, K, xm, begin, end);
}

export function gemm_quant_f32(
  c: usize, a: usize, wp: usize, bias: usize, residual: usize, t: usize, format: i32, M: i32, N: i32, K: i32,
  cm: i32, rm: i32, act: i32, begin: i32, end: i32,
): void {
  if (format == Format.q8) q8Gemm(c, a, wp, bias, residual, t, M, N, K, cm, rm, act, begin, end);
  else blocksGemm(c, a, wp, bias, residual, t, format, M, N, K, cm, rm, act, begin, end);
}
