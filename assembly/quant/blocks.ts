// gemm_q4_1_f32, gemm_q8_0_f32: C[m,n] = act(sum_k A[m,k] W[n,k] + bias[n]) + residual[m,n], A and W as quantised
//
// c: (M, N) f32, row stride cm · a: M rows of gemm_*_quantize_rows · wp: (N, K) from gemm_*_pack · bias: (N) or 0 ·
// residual: (M, N), row stride rm, or 0; may be c · t: gemm_*_scratch() bytes for this call alone ·
// act: activation/kind.ts.  Range: panels of NR channels.
// Sums of groups are exact, |sum| <= 32 * 127 * 127; with their scales, and for q4_1 with minima times the group's
// sum of activations, they are added in f32 by order of k, whatever M, N and the kernel a row goes through, and
// never fused: every variant and host gives the same bits, and a result depends on row m and channel n alone.
// Error before the activation, to first order: (groups + 4) eps/2 sum over groups of |scales * sum| + |minimum * sum|.
import { finishRow } from '../gemm/finish';
import { NR } from '../gemm/layout';
import { WIDE_ROW } from './layout';
import { groups, recordBytes, SCALES4 } from './layout4';
import { openBrains, openNibbles } from './open4';
import { BLOCK4_1, HEAD4_1 } from './q4_1/layout';
import { row4_1 } from './q4_1/row';
import { BLOCK8, RECORD8, ROW8, STEPS8 } from './q8_0/layout';
import { row8_0 } from './q8_0/row';
import { groupTile2Bytes, groupTile2Minima } from './tile4';

// A block of rows stays in the second-level cache while all panels pass by; its sums in the first.
const ROWS: i32 = 128;
// From how many rows on it pays to take the weights apart once for all.
const MANY: i32 = 4;

// Scratch: numbers of a block of rows, a group of weights as steps, its scales, its minima.
const NUMBERS: usize = 64 * <usize>ROWS;
const WIDE: usize = <usize>STEPS8 * WIDE_ROW;

/** Bytes that `t` takes. */
export function gemm_q4_1_scratch(): usize {
  return NUMBERS + WIDE + 128;
}

export function gemm_q8_0_scratch(): usize {
  return gemm_q4_1_scratch();
}

export function gemm_q4_1_f32(
  c: usize, a: usize, wp: usize, bias: usize, residual: usize, t: usize, M: i32, N: i32, K: i32,
  cm: i32, rm: i32, act: i32, begin: i32, end: i32,
): void {
  product(false, c, a, wp, bias, residual, t, M, N, K, cm, rm, act, begin, end);
}

export function gemm_q8_0_f32(
  c: usize, a: usize, wp: usize, bias: usize, residual: usize, t: usize, M: i32, N: i32, K: i32,
  cm: i32, rm: i32, act: i32, begin: i32, end: i32,
): void {
  product(true, c, a, wp, bias, residual, t, M, N, K, cm, rm, act, begin, end);
}

function product(
  bytes: bool, c: usize, a: usize, wp: usize, bias: usize, residual: usize, t: usize, M: i32, N: i32, K: i32,
  cm: i32, rm: i32, act: i32, begin: i32, end: i32,
): void {
  const G = groups(K);
  const a1 = <usize>G * (bytes ? RECORD8 : recordBytes());
  for (let m = 0; m < M; m += ROWS) {
    const rows = min(M - m, ROWS);
    for (let panel = begin; panel < end; panel++) {
      const at = (<usize>panel * NR) << 2;
      const b = wp + <usize>panel * <usize>G * (bytes ? BLOCK8 : BLOCK4_1);
      sums(bytes, t, a + <usize>m * a1, a1, b, rows, G);
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
function sums(bytes: bool, t: usize, a: usize, a1: usize, b: usize, rows: i32, G: i32): void {
  const single = rows < MANY ? rows : rows & 1;
  for (let m = 0; m < single; m++) {
    if (bytes) row8_0(t, a, b, G);
    else row4_1(t, a, b, G);
    t += 64;
    a += a1;
  }
  if (single == rows) return;
  const wide = t + NUMBERS - (<usize>single << 6);
  const scales = wide + WIDE;
  const pairs = <usize>(rows - single) << 6;
  memory.fill(t, 0, pairs);
  for (let g = 0; g < G; g++) {
    openBrains(scales, b);
    if (bytes) {
      openBytes(wide, b + SCALES4);
      for (let f: usize = 0; f < pairs; f += 128) groupTile2Bytes(t + f, a + (f >> 6) * a1, a1, wide, scales);
      a += RECORD8;
      b += BLOCK8;
    } else {
      openBrains(scales + 64, b + SCALES4);
      openNibbles(wide, b + HEAD4_1);
      for (let f: usize = 0; f < pairs; f += 128) groupTile2Minima(t + f, a + (f >> 6) * a1, a1, wide, scales);
      a += recordBytes();
      b += BLOCK4_1;
    }
  }
}

/** The steps of a block in 16 bits. */
function openBytes(to: usize, b: usize): void {
  for (const end = to + WIDE; to < end; to += WIDE_ROW) {
    v128.store(to, v128.load_ext<i8>(b)), v128.store(to, v128.load_ext<i8>(b, 8), 16);
    v128.store(to, v128.load_ext<i8>(b, 16), 32), v128.store(to, v128.load_ext<i8>(b, 24), 48);
    b += ROW8;
  }
}
