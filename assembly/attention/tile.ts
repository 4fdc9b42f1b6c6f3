// One tile: some rows of queries against all their keys, a block of keys at a time.  Keys and values are packed
// anew for each tile of more than a few rows; that is a few per cent of the arithmetic and keeps scratch small.
import { tiles } from '../gemm/tile';
import { at } from '../lanes/address';
import { storeTail } from '../lanes/tail';
import { log_ps } from '../math/log';
import { drawSpan } from './ahead';
import { scoreFew, weighThree } from './few';
import { expandMask, firstShown, lastShown, maskRow, sharedMask } from './mask';
import { weighRows } from './microkernels';
import { packKeys, packValues } from './pack';
import { KEYS, Problem, ROW } from './problem';
import { weighRow } from './row';
import { firstKey, lastKey, loadQueries, loadRows, score } from './rows';
import { softmaxStep } from './softmax';

/** Up to this many rows keys and values are drawn and read where they are: packing would cost more than it saves. */
const FEW: i32 = 8;

/** Of keys fewer than eight, or of no length, the products of few rows know nothing. */
@inline
function isFew(p: Problem, rows: i32): bool {
  return rows <= FEW && p.S >= 8 && p.D > 0;
}

/** Rows t..t+count of p.acc rescaled, plus the weights of keys [from, to) times the packed values. */
function weigh(p: Problem, t: i32, count: i32, from: i32, to: i32): void {
  const row = (<usize>p.accS) << 2;
  for (let i = 0; i < count; i++) {
    const alpha = v128.load_splat<f32>(at(p.alpha, t + i));
    let x = at(p.acc, (t + i) * p.accS);
    for (const end = x + row; x < end; x += 16) v128.store(x, f32x4.mul(v128.load(x), alpha));
  }
  for (let c = 0; c < p.accS; c += 16) {
    const b = at(p.values, c * KEYS + (from << 4));
    const x = at(p.acc, t * p.accS + c);
    tiles(x, row, x, row, at(p.weights, from), ROW, b, to - from, (count + 1) & -2);
  }
}

/**
 * p.acc, p.peak and p.sum of the tile from keys [k0, k1).  `careful` weighs row by row and keeps keys of
 * weight zero out; a tile of one row is always careful.
 */
function stream(p: Problem, b: i32, g: i32, row: i32, rows: i32, k0: i32, k1: i32, careful: bool): void {
  // In loops: memory.fill is a call out of WebAssembly, which takes longer than to fill a few rows.
  const zero = f32x4.splat(0);
  let x = p.acc;
  for (const end = at(x, ((rows + 3) & ~3) * p.accS); x < end; x += 16) v128.store(x, zero);
  for (let t = 0; t < rows; t += 4) v128.store(at(p.peak, t), f32x4.splat(-Infinity)), v128.store(at(p.sum, t), zero);
  const keys = at(p.k, b * p.kB + g * p.kH);
  const values = at(p.v, b * p.vB + g * p.vH);
  const shared = sharedMask(p);
  const single = rows == 1;
  const few = isFew(p, rows);
  const inPlace = few && p.accS == p.Dv;
  for (let first = k0 & ~(KEYS - 1); first < k1; first += KEYS) {
    const low = max(k0 - first, 0);
    const high = min(k1 - first, KEYS);
    const k = at(keys, first * p.kS);
    const v = at(values, first * p.vS);
    if (few) drawSpan(p, b, g, first, k0, k1);
    if (!few) packKeys(p.panel, 16, k, p.kS, p.D, low & ~15, (high + 15) & ~15, p.S - first);
    if (!inPlace && !careful) packValues(p.values, 16, v, p.vS, p.Dv, low, high);
    if (shared) expandMask(p, maskRow(p, b, g * p.group, row / p.group), first, low, high);
    for (let t = 0; t < rows; t += 4) {
      const n = min(4, rows - t);
      const from = max(low, firstKey(p, row + t) - first);
      const to = min(high, lastKey(p, row + t + n - 1) - first);
      if (from >= to) continue;
      const a = from & ~7;
      const e = (to + 7) & ~7;
      // It may write before the weights: into the last key of packed values, which a block with so few keys has not.
      if (!single && few) scoreFew(p.weights, at(p.queries, t * p.D), k, p.kS, p.D, a, e, p.S - first);
      else score(p, single, t, n, k, a, e, p.S - first);
      softmaxStep(p, b, g, row + t, t, n, first, a, e, k0, k1, shared);
      if (careful) {
        for (let i = t; i < t + n; i++) {
          const alpha = load<f32>(at(p.alpha, i));
          weighRow(at(p.acc, i * p.accS), alpha, at(p.weights, (i - t) * KEYS), v, p.vS, p.Dv, from, to);
        }
      } else if (inPlace) {
        const key = (<usize>p.vS) << 2;
        const acc = at(p.acc, t * p.accS), alpha = at(p.alpha, t);
        if (n < 4) weighThree(acc, p.accS, alpha, p.weights, v, key, from, to);
        else weighRows(acc, p.accS, alpha, p.weights, v, key, 32, from, to);
      } else weigh(p, t, n, from, to);
    }
  }
}

/** Divides, stores, and tells whether every output is finite. */
function finish(p: Problem, b: i32, g: i32, row: i32, rows: i32): bool {
  const zero = f32x4.splat(0);
  let bad = zero;
  for (let t = 0; t < rows; t++) {
    const l = (row + t) / p.group;
    const h = g * p.group + (row + t) % p.group;
    const out = at(p.o, b * p.oB + h * p.oH + l * p.oL);
    const sum = load<f32>(at(p.sum, t));
    const some = i32x4.splat(sum == 0 ? 0 : -1);
    const divisor = f32x4.splat(sum);
    for (let c = 0; c < p.Dv; c += 4) {
      // + 0 turns -0 into 0: a key of weight zero, added or skipped, leaves no trace
      const quotient = f32x4.add(f32x4.div(v128.load(at(p.acc, t * p.accS + c)), divisor), zero);
      const y = v128.and(quotient, some);
      bad = v128.or(bad, f32x4.ne(f32x4.mul(y, zero), zero));
      if (c + 4 <= p.Dv) v128.store(at(out, c), y);
      else storeTail(at(out, c), y, p.Dv - c);
    }
    if (p.lse != 0) {
      const lse = load<f32>(at(p.peak, t)) + f32x4.extract_lane(log_ps(divisor), 0); // -inf + log 0 = -inf
      store<f32>(at(p.lse, (b * p.G * p.group + h) * p.L + l), lse);
    }
  }
  return !v128.any_true(bad);
}

/** Rows [row, row + rows) of (batch b, kv head g): at most ROWS of them. */
export function attendTile(p: Problem, b: i32, g: i32, row: i32, rows: i32): void {
  let k0 = max(0, firstKey(p, row));
  let k1 = min(p.S, lastKey(p, row + rows - 1));
  if (sharedMask(p)) {
    const m = maskRow(p, b, g * p.group, row / p.group);
    k0 = firstShown(p, m, k0, k1);
    k1 = lastShown(p, m, k0, k1);
  }
  if (rows > 1 && isFew(p, rows)) loadRows(p.queries, p.q, p.qB, p.qH, p.qL, p.D, p.scale, p, b, g, row, rows);
  else loadQueries(p, b, g, row, rows);
  stream(p, b, g, row, rows, k0, k1, rows == 1);
  // 0 * NaN: the tile multiplies masked values by zero, so if anything is not finite it is done again
  if (!finish(p, b, g, row, rows) && rows > 1) {
    stream(p, b, g, row, rows, k0, k1, true);
    finish(p, b, g, row, rows);
  }
}
