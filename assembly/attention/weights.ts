// The L x S matrix itself, for those who ask for it: weights, or the scores at a stage before.
import { at } from '../lanes/address';
import { softmax_f32 } from '../softmax';
import { expandMask, hide, maskRow, maskScores, sharedMask } from './mask';
import { packKeys } from './pack';
import { describe, KEYS, layout, Problem, takeTile } from './problem';
import { firstKey, lastKey, loadQueries, score } from './rows';
import { capScores } from './softmax';

/** What is written: the stages in the order in which they are computed (ONNX's qk_matmul_output_mode). */
const enum Stage {
  /** scale q . k */
  Product = 0,
  Capped = 1,
  /** hidden = -inf */
  Masked = 2,
  Weights = 3,
}

/** Columns [0, n) of rows of the tile, n <= KEYS, from the scratch to w. */
@inline
function put(w: usize, x: usize, n: i32): void {
  memory.copy(w, x, (<usize>n) << 2);
}

function weightsTile(
  p: Problem, w: usize, wB: i32, wH: i32, wL: i32, stage: i32, b: i32, g: i32, row: i32, rows: i32,
): void {
  const keys = at(p.k, b * p.kB + g * p.kH);
  const shared = stage >= Stage.Masked && sharedMask(p);
  const single = rows == 1;
  loadQueries(p, b, g, row, rows);
  for (let first = 0; first < p.S; first += KEYS) {
    const n = min(p.S - first, KEYS);
    const k = at(keys, first * p.kS);
    if (!single) packKeys(p.panel, 16, k, p.kS, p.D, 0, (n + 15) & ~15, n);
    if (shared) expandMask(p, maskRow(p, b, g * p.group, row / p.group), first, 0, n);
    for (let t = 0; t < rows; t += 4) {
      const count = min(4, rows - t);
      let from = 0;
      let to = n;
      if (stage >= Stage.Masked) {
        from = min(max(from, firstKey(p, row + t) - first), n) & ~7;
        to = max(min(to, lastKey(p, row + t + count - 1) - first), from);
      }
      const e = (to + 7) & ~7;
      if (from < e) score(p, single, t, count, k, from, e, n);
      for (let i = 0; i < count; i++) {
        const x = at(p.weights, i * KEYS);
        const l = (row + t + i) / p.group;
        const h = g * p.group + (row + t + i) % p.group;
        if (stage >= Stage.Capped && p.softcap != 0) capScores(x, from, e, p.softcap);
        if (stage >= Stage.Masked) {
          maskScores(p, x, b, h, l, first, from, e, 0, p.S, shared);
          hide(x, 0, from);
          hide(x, e, n);
        }
        put(at(w, b * wB + h * wH + l * wL + first), x, n);
      }
    }
  }
  if (stage < Stage.Weights) return;
  for (let r = row; r < row + rows; r++) {
    const x = at(w, b * wB + (g * p.group + r % p.group) * wH + (r / p.group) * wL);
    softmax_f32(x, x, p.S, p.S, p.S, 0, 1);
  }
}

/**
 * w = the scores of attention_f32 at a stage: 0 scale q k^T, 1 after the soft cap, 2 after mask and bounds
 * (hidden = -inf), 3 after the softmax (a row that sees no key gives zeros).
 *
 * w: (B, H, L, S) f32, strides wB wH wL, S contiguous; it aliases nothing.  All else, the scratch (with
 * Dv = 0), the units and the law of bits as in attention_f32.  Error of weights: about
 * (D/2 max|q||k| |scale| + S) 2^-24 of 1.
 */
export function attention_weights_f32(
  w: usize, q: usize, k: usize, mask: usize, scratch: usize,
  H: i32, G: i32, L: i32, S: i32, D: i32,
  qB: i32, qH: i32, qL: i32, kB: i32, kH: i32, kS: i32, wB: i32, wH: i32, wL: i32,
  kind: i32, mB: i32, mH: i32, mL: i32, mS: i32,
  scale: f32, softcap: f32, lo: i32, hi: i32, stage: i32, begin: i32, end: i32,
): void {
  const p = changetype<Problem>(scratch);
  p.k = k;
  p.kB = kB; p.kH = kH; p.kS = kS;
  describe(p, q, mask, H, G, L, S, D, 0, qB, qH, qL, kind, mB, mH, mL, mS, scale, softcap, lo, hi);
  layout(p);
  for (let u = begin; u < end; ) {
    u = takeTile(p, u, end);
    weightsTile(p, w, wB, wH, wL, stage, p.batch, p.kvHead, p.row, p.rows);
  }
}
