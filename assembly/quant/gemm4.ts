// gemm_quant_f32 in groups of 32 k (formats.ts): C[m,n] = act(sum_k A[m,k] W[n,k] + bias[n]) + residual[m,n] with A
// and W as quantised
//
// c: (M, N) f32, row stride cm · a: M rows of gemm_quant_rows · wp: (N, K) from gemm_quant_pack ·
// bias: (N) or 0 · residual: (M, N), row stride rm, or 0; may be c · t: gemm_quant_scratch() bytes for this call
// alone · act: activation/kind.ts.  Range: panels of NR channels.
// Sums of groups are exact, |sum| <= 32 * 127 * 127; with their scales, and for q4_1 with minima times the group's
// sum of activations, they are added in f32 by order of k, whatever M, N and the kernel a row goes through, and
// never fused: as in q8 every variant and host gives the same bits, and a result depends on row m and
// channel n alone.
// Error before the activation, to first order: (groups + 4) eps/2 sum over groups of |scales * sum| + |minimum * sum|.
import { finishRow } from '../gemm/finish';
import { NR } from '../gemm/layout';
import { NIBBLE_STEPS } from '../lanes/nibbles';
import { blockBytes, blocksOf, Format, recordsBytes } from './formats';
import { groups, recordBytes, SCALES4 } from './layout4';
import { openBrains, openBytes, openNibbles, WIDE_GROUP } from './open4';
import { HEAD4_1 } from './q4_1/layout';
import { row4_1 } from './q4_1/row';
import { RECORD8 } from './q8_0/layout';
import { row8_0 } from './q8_0/row';
import { row4 } from './row4';
import { row4_1Dot, row4Dot } from './row4-dot';
import { groupTile2, groupTile2Bytes, groupTile2Minima } from './tile4';

// A block of rows stays in the second-level cache while all panels pass by; its sums in the first.
const ROWS: i32 = 128;
// From how many rows on it pays to take the weights apart once for all.
const MANY: i32 = 4;

// Scratch: numbers of a block of rows, a group of weights as steps, its scales, its minima.
const NUMBERS: usize = 64 * <usize>ROWS;

/** Bytes that `t` takes, in every format. */
export function blocksScratch(): usize {
  return NUMBERS + WIDE_GROUP + 128;
}

export function blocksGemm(
  c: usize, a: usize, wp: usize, bias: usize, residual: usize, t: usize, format: i32, M: i32, N: i32, K: i32,
  cm: i32, rm: i32, act: i32, begin: i32, end: i32,
): void {
  const a1 = recordsBytes(format, K);
  for (let m = 0; m < M; m += ROWS) {
    const rows = min(M - m, ROWS);
    for (let panel = begin; panel < end; panel++) {
      const at = (<usize>panel * NR) << 2;
      sums(format, t, a + <usize>m * a1, a1, blocksOf(format, wp, panel, K), rows, groups(K));
      for (let i = 0; i < rows; i++) {
        const f = t + (<usize>i << 6);
        finishRow(
          c + ((<usize>(m + i) * <usize>cm) << 2) + at,
          v128.load(f), v128.load(f, 16), v128.load(f, 32), v128.load(f, 48),
          bias ? bias + at : 0, residual ? residual + ((<usize>(m + i) * <usize>rm) << 2) + at : 0,
          act, min(N - panel * NR, NR),
        );
      }
    }
  }
}

/** t[m] = row m times the panel. */
function sums(format: i32, t: usize, a: usize, a1: usize, b: usize, rows: i32, G: i32): void {
  const single = rows < MANY ? rows : rows & 1;
  for (let m = 0; m < single; m++) {
    const f = t + (<usize>m << 6), x = a + <usize>m * a1;
    if (format == Format.q4) NIBBLE_STEPS == 2 ? row4Dot(f, x, b, G) : row4(f, x, b, G);
    else if (format == Format.q4_1) NIBBLE_STEPS == 2 ? row4_1Dot(f, x, b, G) : row4_1(f, x, b, G);
    else row8_0(f, x, b, G);
  }
  if (single == rows) return;
  const f = t + (<usize>single << 6);
  const wide = t + NUMBERS;
  const scales = wide + WIDE_GROUP;
  const count = <usize>(rows - single);
  memory.fill(f, 0, count << 6);
  let x = a + <usize>single * a1;
  for (let g = 0; g < G; g++) {
    openBrains(scales, b);
    if (format == Format.q8_0) {
      const p = b + SCALES4;
      openBytes(wide, p);
      for (let m: usize = 0; m < count; m += 2) groupTile2Bytes(f + (m << 6), x + m * a1, a1, p, wide, scales);
      x += RECORD8;
    } else {
      if (format == Format.q4) {
        openNibbles(wide, b + SCALES4);
        for (let m: usize = 0; m < count; m += 2) groupTile2(f + (m << 6), x + m * a1, a1, wide, scales);
      } else {
        openBrains(scales + 64, b + SCALES4);
        openNibbles(wide, b + HEAD4_1);
        for (let m: usize = 0; m < count; m += 2) groupTile2Minima(f + (m << 6), x + m * a1, a1, wide, scales);
      }
      x += recordBytes();
    }
    b += blockBytes(format);
  }
}
