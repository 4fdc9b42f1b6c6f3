// Attention over a cache of 16 or 8 bits, read as it lies: a block of keys, then of values, is widened in the
// first-level cache, and every row of queries that shares it passes over it.  For few rows, as in decoding.
// Each element goes through the chain of attention_f32 (row.ts), so the result has the bits that attention_f32
// gives for the unpacked cache.
import { at } from '../lanes/address';
import { widenRow } from './kv-rows';
import { describe, KEYS, layout, Problem, ROWS, scratchFloats, takeTile } from './problem';
import { scoreRow, weighRow } from './row';
import { firstKey, lastKey, rowAt } from './rows';
import { softmaxStep } from './softmax';

/** Floats of a row's own. */
const OWN: i32 = KEYS + 12;

/** Floats of scratch that one call (one worker) needs. */
export function attention_kv_f32_scratch(D: i32): i32 {
  return scratchFloats(D, D) + ROWS * OWN;
}

/**
 * o = attention of q over the cache; arguments as for attention_f32, except: k, v: rows of kv_pack_f32 of `bits`,
 * (B, G, S), strides kB kH kS in bytes for both; Dv = D; no lse; scratch: attention_kv_f32_scratch.
 * Units [begin, end): those of attention_f32.
 */
export function attention_kv_f32(
  o: usize, q: usize, k: usize, v: usize, mask: usize, scratch: usize, bits: i32,
  H: i32, G: i32, L: i32, S: i32, D: i32,
  qB: i32, qH: i32, qL: i32, kB: usize, kH: usize, kS: usize, oB: i32, oH: i32, oL: i32,
  kind: i32, mB: i32, mH: i32, mL: i32, mS: i32,
  scale: f32, softcap: f32, lo: i32, hi: i32, begin: i32, end: i32,
): void {
  const p = changetype<Problem>(scratch);
  p.o = o;
  p.oB = oB; p.oH = oH; p.oL = oL;
  describe(p, q, mask, H, G, L, S, D, D, qB, qH, qL, kind, mB, mH, mL, mS, scale, softcap, lo, hi);
  layout(p);
  for (let u = begin; u < end; ) {
    u = takeTile(p, u, end);
    const head = <usize>p.batch * kB + <usize>p.kvHead * kH;
    attendRows(p, k + head, v + head, kS, bits, p.batch, p.kvHead, p.row, p.rows);
  }
}

/**
 * Rows [row, row + rows) of (b, g).  Each has, behind the scratch of attention_f32, weights of its own and four
 * floats for its maximum, sum and factor: softmaxStep is shown one row after another as if it were alone.
 */
function attendRows(
  p: Problem, k: usize, v: usize, step: usize, bits: i32, b: i32, g: i32, row: i32, rows: i32,
): void {
  const own = at(changetype<usize>(p), scratchFloats(p.D, p.D));
  memory.fill(p.acc, 0, <usize>(rows * p.accS) << 2);
  for (let r = 0; r < rows; r++) {
    select(p, at(own, r * OWN));
    const q = rowAt(p.q, p.qB, p.qH, p.qL, p, b, g, row + r);
    for (let d = 0; d < p.D; d++) store<f32>(at(p.queries, r * p.D + d), load<f32>(at(q, d)) * p.scale);
    store<f32>(p.peak, -Infinity);
    store<f32>(p.sum, 0);
  }
  const k0 = max(0, firstKey(p, row));
  const k1 = min(p.S, lastKey(p, row + rows - 1));
  for (let first = k0 & ~(KEYS - 1); first < k1; first += KEYS) {
    const low = max(k0 - first, 0);
    const high = min(k1 - first, KEYS);
    const n = p.S - first;
    widen(p, k, step, bits, first, low & ~7, min((high + 7) & ~7, n));
    for (let r = 0; r < rows; r++) {
      const from = max(low, firstKey(p, row + r) - first) & ~7;
      const to = (min(high, lastKey(p, row + r) - first) + 7) & ~7;
      if (from >= to) continue;
      select(p, at(own, r * OWN));
      scoreRow(p.weights, at(p.queries, r * p.D), p.panel, p.accS, p.D, from, to, n);
      softmaxStep(p, b, g, row + r, 0, 1, first, from, to, k0, k1, false);
    }
    widen(p, v, step, bits, first, low, high);
    for (let r = 0; r < rows; r++) {
      const from = max(low, firstKey(p, row + r) - first);
      const to = min(high, lastKey(p, row + r) - first);
      if (from >= to) continue;
      select(p, at(own, r * OWN));
      weighRow(at(p.acc, r * p.accS), load<f32>(p.alpha), p.weights, p.panel, p.accS, p.D, from, to);
    }
  }
  for (let r = 0; r < rows; r++) {
    select(p, at(own, r * OWN));
    const out = rowAt(p.o, p.oB, p.oH, p.oL, p, b, g, row + r);
    const sum = load<f32>(p.sum);
    for (let d = 0; d < p.D; d++) {
      // + 0 turns -0 into 0, as in tile.ts
      store<f32>(at(out, d), sum == 0 ? 0 : load<f32>(at(p.acc, r * p.accS + d)) / sum + 0);
    }
  }
}

/** Makes p's row the one whose own memory is given. */
@inline
function select(p: Problem, own: usize): void {
  p.weights = own;
  p.peak = at(own, KEYS);
  p.sum = at(own, KEYS + 4);
  p.alpha = at(own, KEYS + 8);
}

/** Rows [from, to) of the block that begins at row `first`, as f32 into p.panel. */
function widen(p: Problem, x: usize, step: usize, bits: i32, first: i32, from: i32, to: i32): void {
  for (let j = from; j < to; j++) widenRow(at(p.panel, j * p.accS), x + <usize>(first + j) * step, bits == 16, p.D);
}
