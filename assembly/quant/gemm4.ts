// gemm_q4_f32: C[m,n] = act(sum_k A[m,k] W[n,k] + bias[n]) + residual[m,n] with A and W as quantised
//
// c: (M, N) f32, row stride cm · a: M rows of gemm_q4_quantize_rows · wp: (N, K) from gemm_q4_pack ·
// bias: (N) or 0 · residual: (M, N), row stride rm, or 0; may be c · t: gemm_q4_scratch() bytes for this call
// alone · act: activation/kind.ts.  Range: panels of NR channels.
// Sums of groups are exact, |sum| <= 32 * 8 * 127; with their scales they are added in f32 by order of k, whatever
// M, N and the kernel a row goes through, and never fused: as for gemm_q8_f32 every variant and host gives
// the same bits, and a result depends on row m and channel n alone.
// Error before the activation, to first order: (groups + 3) eps/2 sum over groups of |scales * sum|.
import { finishRow } from '../gemm/finish';
import { NR } from '../gemm/layout';
import { brainsHigh, brainsLow } from '../lanes/half';
import { maskHigh, storeNibbles } from '../lanes/nibbles';
import { activationBytes } from '../lanes/dot';
import { WIDE_ROW } from './layout';
import { BLOCK4, groups, panel4Of, recordBytes, row4Bytes, SCALES4, STEPS4, UNIT } from './layout4';
import { row4 } from './row4';
import { groupTile2 } from './tile4';

// A block of rows stays in the second-level cache while all panels pass by; its sums in the first.
const ROWS: i32 = 128;
// From how many rows on it pays to take the weights apart once for all.
const MANY: i32 = 4;

// Scratch: numbers of a block of rows, a group of weights as steps, its scales.
const NUMBERS: usize = 64 * <usize>ROWS;
const WIDE: usize = <usize>STEPS4 * WIDE_ROW;

/** Bytes that `t` takes. */
export function gemm_q4_scratch(): usize {
  return NUMBERS + WIDE + 64;
}

export function gemm_q4_f32(
  c: usize, a: usize, wp: usize, bias: usize, residual: usize, t: usize, M: i32, N: i32, K: i32,
  cm: i32, rm: i32, act: i32, begin: i32, end: i32,
): void {
  const a1 = row4Bytes(K);
  for (let m = 0; m < M; m += ROWS) {
    const rows = min(M - m, ROWS);
    for (let panel = begin; panel < end; panel++) {
      const at = (<usize>panel * NR) << 2;
      sums(t, a + <usize>m * a1, a1, panel4Of(wp, panel, K), rows, groups(K));
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
function sums(t: usize, a: usize, a1: usize, b: usize, rows: i32, G: i32): void {
  const single = rows < MANY ? rows : rows & 1;
  for (let m = 0; m < single; m++) row4(t + (<usize>m << 6), a + <usize>m * a1, b, G);
  if (single == rows) return;
  const f = t + (<usize>single << 6);
  const wide = t + NUMBERS;
  const scales = wide + WIDE;
  const count = <usize>(rows - single);
  memory.fill(f, 0, count << 6);
  let x = a + <usize>single * a1;
  for (let g = 0; g < G; g++) {
    open(wide, scales, b);
    for (let m: usize = 0; m < count; m += 2) groupTile2(f + (m << 6), x + m * a1, a1, wide, scales);
    x += recordBytes();
    b += BLOCK4;
  }
}

/** A block as steps of vectors, and its scales as f32. */
function open(wide: usize, scales: usize, b: usize): void {
  const high = maskHigh();
  const s01 = v128.load(b), s23 = v128.load(b, 16);
  v128.store(scales, brainsLow(s01)), v128.store(scales, brainsHigh(s01, high), 16);
  v128.store(scales, brainsLow(s23), 32), v128.store(scales, brainsHigh(s23, high), 48);
  for (let n: usize = 0; n < 4; n++) {
    for (let unit: usize = 0; unit < 4; unit++) {
      const to = wide + unit * (activationBytes(8) >> 2) * WIDE_ROW + (n << 4);
      storeNibbles(to, WIDE_ROW, v128.load(b + SCALES4 + unit * UNIT + (n << 4)));
    }
  }
}
