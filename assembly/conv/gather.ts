// What the filters meet, as a packed matrix for the GEMM (drawn in gemm/layout.ts); the copy into its
// panels is the whole of "im2col".  k counts channel * taps + tap, l counts positions.
import { NR, panelOf } from '../gemm/layout';
import { at } from '../lanes/address';
import { Geometry, inputs, offsets, OUTSIDE, outputs, taps } from './geometry';

/** Floats of working memory for the offsets of one run of positions. */
export const RUN: i32 = 64;

/** One panel of (K, P): rows k, the NR positions from `first` on; 0 beyond the last and for padding. */
export function gatherPositions(panel: usize, x: usize, g: Geometry, first: i32, offs: usize): void {
  const T = taps(g);
  const plane = <usize>inputs(g) << 2;
  const columns = min(NR, outputs(g) - first);
  for (let n = columns; n < NR; n++) store<i32>(at(offs, n), OUTSIDE);
  for (let tap = 0; tap < T; tap++) {
    offsets(offs, g, tap, first, columns);
    const from = load<i32>(offs);
    const side = contiguous(offs, from);
    let row = panel + (<usize>(tap * NR) << 2);
    let p = x;
    for (let c = 0; c < g.C; c++) {
      if (side) {
        const q = at(p, from);
        for (let n: usize = 0; n < <usize>NR << 2; n += 16) v128.store(row + n, v128.load(q + n));
      } else {
        for (let n = 0; n < NR; n++) store<f32>(at(row, n), valueAt(p, load<i32>(at(offs, n))));
      }
      row += <usize>(T * NR) << 2;
      p += plane;
    }
  }
}

/** Panels [begin, end) of (P, K), their rows only the `rows` positions from `first` on. */
export function gatherTaps(
  bp: usize, x: usize, g: Geometry, first: i32, rows: i32, begin: i32, end: i32, offs: usize,
): void {
  const T = taps(g);
  const K = g.C * T;
  const plane = <usize>inputs(g) << 2;
  for (let tap = 0; tap < T; tap++) {
    offsets(offs, g, tap, first, rows);
    for (let c = max(0, (begin * NR - tap + T - 1) / T); c < g.C && c * T + tap < end * NR; c++) {
      const column = columnOf(bp, c * T + tap - begin * NR, rows);
      const p = x + <usize>c * plane;
      for (let l = 0; l < rows; l++) {
        store<f32>(column + (<usize>(l * NR) << 2), valueAt(p, load<i32>(at(offs, l))));
      }
    }
  }
  for (let k = K; k < end * NR; k++) {
    const column = columnOf(bp, k - begin * NR, rows);
    for (let l = 0; l < rows; l++) store<f32>(column + (<usize>(l * NR) << 2), 0);
  }
}

@inline
function columnOf(bp: usize, k: i32, rows: i32): usize {
  return at(panelOf(bp, k / NR, rows), k % NR);
}

@inline
function valueAt(plane: usize, offset: i32): f32 {
  return offset < 0 ? 0 : load<f32>(at(plane, offset));
}

/** Whether NR offsets count up from the first one. */
function contiguous(offs: usize, from: i32): bool {
  if (from < 0) return false;
  for (let n = 1; n < NR; n++) if (load<i32>(at(offs, n)) != from + n) return false;
  return true;
}
