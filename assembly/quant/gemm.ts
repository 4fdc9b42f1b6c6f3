// gemm_quant_f32 in q8: C[m,n] = act(sum_k A[m,k] W[n,k] + bias[n]) + residual[m,n] with A and W as quantised
//
// c: (M, N) f32, row stride cm · a: M rows of gemm_quant_rows · wp: (N, K) from gemm_quant_pack ·
// bias: (N) or 0 · residual: (M, N), row stride rm, or 0; may be c · t: gemm_quant_scratch() bytes for this call
// alone · act: activation/kind.ts.  K <= 131072.  Range: panels of NR channels.
// Sums are exact in i32 (|sum| <= 127 * 127 K < 2^31) and depend on row m and channel n alone; three roundings
// follow, so |C - exact| <= 2^-22 |exact| before bias, exact being the product of the quantised operands.
// Every variant and every host gives the same bits, as long as there is no activation (which may use madd).
import { NR } from '../gemm/layout';
import { askFor } from '../lanes/ahead';
import { MOST_QUADS, QUAD_STEPS } from '../lanes/quads';
import { finishPanel } from './finish';
import { HEADER, panelOf, QUAD_BYTES, quads, ROW, rowBytes, scalesOf, WIDE_ROW } from './layout';
import { row } from './row';
import { tile2 } from './tile';
import { widen } from './widen';

// A block of rows stays in the second-level cache while all panels pass by; its sums in the first.
const BLOCK: i32 = 128;
// Whether the tile has to be given more than the panel: 128 rows of it then take half of a first-level cache.
const WIDENS: bool = QUAD_STEPS > 1;
// From how many rows on that pays.
const MANY: i32 = 4;

// Bytes of a panel that are asked for at once where no single row does that: eight pages.  Walks for more stand in
// each other's way.
const SPAN: usize = 1 << 15;

const SUMS_BYTES: usize = 64 * <usize>BLOCK;

/** Bytes that `t` takes. */
export function q8Scratch(): usize {
  return SUMS_BYTES + (WIDENS ? <usize>(MOST_QUADS * QUAD_STEPS) * WIDE_ROW : 0);
}

export function q8Gemm(
  c: usize, a: usize, wp: usize, bias: usize, residual: usize, t: usize, M: i32, N: i32, K: i32,
  cm: i32, rm: i32, act: i32, begin: i32, end: i32,
): void {
  const a1 = rowBytes(K);
  const c1 = <usize>cm << 2;
  const r1 = <usize>rm << 2;
  const limit = panelOf(wp, end, K);
  for (let m = 0; m < M; m += BLOCK) {
    const rows = min(M - m, BLOCK);
    const aM = a + <usize>m * a1;
    const cM = c + <usize>m * c1;
    const rM = residual ? residual + <usize>m * r1 : 0;
    for (let panel = begin; panel < end; panel++) {
      const b = panelOf(wp, panel, K);
      const at = (<usize>panel * NR) << 2;
      sums(t, aM + HEADER, a1, b, rows, quads(K), limit);
      finishPanel(
        cM + at, c1, t, aM, a1, rows, scalesOf(b, K),
        bias ? bias + at : 0, rM ? rM + at : 0, r1, act, min(N - panel * NR, NR),
      );
    }
  }
}

/** Two lines of the cache.  A load may trap, so that no compiler takes it away. */
@inline
function touch(p: usize): void {
  load<u8>(p);
  load<u8>(p, 64);
}

/** t[m] = row m times the panel.  The first of an odd number of rows draws the panel into the cache. */
function sums(t: usize, a: usize, a1: usize, b: usize, rows: i32, S: i32, limit: usize): void {
  const single = S == 0 ? 0 : rows < MANY ? rows : rows & 1;
  for (let m = 0; m < single; m++) {
    row(t, a, b, S);
    t += 64;
    a += a1;
  }
  if (single < rows) memory.fill(t, 0, <usize>(rows - single) << 6);
  if (S == 0) return;
  if (single == 0) askFor(b, min(<usize>S * ROW, SPAN));
  const wide = t + SUMS_BYTES - (<usize>single << 6);
  const block = WIDENS ? MOST_QUADS : S;
  for (let s = 0; s < S && single < rows; s += block) {
    const count = min(S - s, block);
    let w = b + <usize>s * ROW;
    if (WIDENS) {
      widen(wide, w, count);
      w = wide;
    }
    const x = a + <usize>s * QUAD_BYTES;
    // Between pairs of rows the weights that come next are touched, so that they are in the cache by then.
    const ahead = b + <usize>(s + block) * ROW;
    const safe = ahead + (<usize>rows << 6) <= limit ? ahead : t;
    for (let m: usize = 0; m < <usize>(rows - single); m += 2) {
      touch(safe + (m << 6));
      tile2(t + (m << 6), x + m * a1, a1, w, count * QUAD_STEPS);
    }
  }
}
