// One tile of query rows against one block of keys: the weights again, from the scores and the log-sum-exp,
// the gradients of the scores, and what they give to queries, keys and values.
import { at } from '../lanes/address';
import { madd } from '../lanes/madd';
import { loadPart, storePart } from '../lanes/tail';
import { weight_ps } from '../math/weight';
import { tanh_ps } from '../math/tanh';
import { BackwardProblem, ROWS } from './backward-problem';
import { weighColumns } from './columns';
import { maskRow, maskScores } from './mask';
import { scoreRows, weighRows } from './microkernels';
import { packRow } from './pack';
import { KEYS, Mask, pad8 } from './problem';
import { firstKey, lastKey, loadRows, rowAt } from './rows';

/** A panel of columns times factor, with what is not finite as zero. */
export function scaleFinite(panel: usize, columns: i32, factor: f32): void {
  const f = f32x4.splat(factor);
  for (const end = at(panel, KEYS * pad8(columns)); panel < end; panel += 16) {
    const x = f32x4.mul(v128.load(panel), f);
    v128.store(panel, v128.and(x, f32x4.eq(f32x4.sub(x, x), f32x4.splat(0))));
  }
}

@inline
function rowIndex(p: BackwardProblem, b: i32, g: i32, row: i32): i32 {
  return (b * p.G * p.group + g * p.group + row % p.group) * p.L + row / p.group;
}

/** Queries and output gradients of the tile in both forms. */
function loadTile(p: BackwardProblem, b: i32, g: i32, row: i32, rows: i32): void {
  loadRows(p.queries, p.q, p.qB, p.qH, p.qL, p.D, p.scale, p, b, g, row, rows);
  loadRows(p.grads, p.do_, p.doB, p.doH, p.doL, p.Dv, 1, p, b, g, row, rows);
  for (let t = 0; t < rows; t++) {
    packRow(p.queryRows, 8, t, rowAt(p.q, p.qB, p.qH, p.qL, p, b, g, row + t), p.D);
    packRow(p.gradRows, 8, t, rowAt(p.do_, p.doB, p.doH, p.doL, p, b, g, row + t), p.Dv);
    if (load<f32>(at(p.lse, rowIndex(p, b, g, row + t))) == -Infinity) {
      // a row that sees nothing gives nothing, whatever its gradient holds
      for (let c = 0; c < p.accS; c += 8) {
        const x = at(p.gradRows, c * KEYS + (t << 3));
        v128.store(x, f32x4.splat(0));
        v128.store(x, f32x4.splat(0), 16);
      }
    }
  }
  // A query that is not finite makes its scores and so ds NaN for the keys it sees; for those it does not
  // see, where ds is zero, it must not matter.  The same holds for keys.
  scaleFinite(p.queryRows, p.D, p.scale);
}

/** The soft cap and its slope 1 - tanh^2 at x[from..to). */
@inline
function capWithSlope(x: usize, slope: usize, from: i32, to: i32, cap: f32): void {
  const size = f32x4.splat(cap);
  for (let j = from; j < to; j += 4) {
    const t = tanh_ps(f32x4.div(v128.load(at(x, j)), size));
    v128.store(at(x, j), f32x4.mul(size, t));
    v128.store(at(slope, j), f32x4.sub(f32x4.splat(1), f32x4.mul(t, t)));
  }
}

@inline
function zero(x: usize, from: i32, to: i32): void {
  if (from < to) memory.fill(at(x, from), 0, (<usize>(to - from)) << 2);
}

/** dmask += the gradient of a row of masked scores, where the mask is a tensor of its own. */
function addMaskGradient(p: BackwardProblem, ds: usize, start: i32, from: i32, to: i32): void {
  for (let j = from; j < to; j++) {
    const m = at(p.dmask, start + j * p.mS);
    store<f32>(m, load<f32>(m) + load<f32>(at(ds, j)));
  }
}

/** One row: scores become weights, and the products do . v gradients of the scores. */
function rowGradient(
  p: BackwardProblem, t: i32, b: i32, g: i32, row: i32, first: i32, from: i32, to: i32, shared: bool,
): void {
  const x = at(p.weights, t * KEYS);
  const y = at(p.ds, t * KEYS);
  const l = row / p.group;
  const h = g * p.group + row % p.group;
  if (p.softcap != 0) capWithSlope(x, p.slope, from, to, p.softcap);
  maskScores(p, x, b, h, l, first, from, to, 0, p.S, shared);
  const i = rowIndex(p, b, g, row);
  const lse = load<f32>(at(p.lse, i));
  const shift = f32x4.splat(lse == -Infinity ? 0 : lse);
  const delta = f32x4.splat(load<f32>(at(p.delta, i)));
  const none = f32x4.splat(0);
  for (let j = from; j < to; j += 4) {
    const w = weight_ps(f32x4.sub(v128.load(at(x, j)), shift));
    const d = f32x4.mul(w, f32x4.sub(v128.load(at(y, j)), delta));
    v128.store(at(x, j), w);
    // a key that the row does not see gives nothing, even if its value is NaN
    v128.store(at(y, j), v128.andnot(d, f32x4.eq(w, none)));
  }
  if (p.dmask != 0 && p.kind == Mask.Additive)
    addMaskGradient(p, y, maskRow(p, b, h, l) + first * p.mS, from, min(to, p.S - first));
  if (p.softcap != 0) {
    for (let j = from; j < to; j += 4)
      v128.store(at(y, j), f32x4.mul(v128.load(at(y, j)), v128.load(at(p.slope, j))));
  }
  zero(x, 0, from);
  zero(x, to, KEYS);
  zero(y, 0, from);
  zero(y, to, KEYS);
}

/** dq += scale * the tile's sums. */
function addQueries(p: BackwardProblem, b: i32, g: i32, row: i32, rows: i32): void {
  const scale = f32x4.splat(p.scale);
  for (let t = 0; t < rows; t++) {
    const to = rowAt(p.dq, p.dqB, p.dqH, p.dqL, p, b, g, row + t);
    for (let d = 0; d < p.D; d += 4) {
      const n = p.D - d;
      const sum = v128.load(at(p.dqAcc, t * p.D8 + d));
      storePart(at(to, d), madd(scale, sum, loadPart(at(to, d), n, 0)), n);
    }
  }
}

/** Rows [row, row + rows) of kv head g against the block of n keys at `first`, which is packed. */
export function backwardTile(
  p: BackwardProblem, b: i32, g: i32, row: i32, rows: i32, first: i32, n: i32, shared: bool,
): void {
  loadTile(p, b, g, row, rows);
  memory.fill(p.dqAcc, 0, <usize>(ROWS * p.D8) << 2);
  for (let t = 0; t < rows; t += 4) {
    const count = min(4, rows - t);
    const a = min(max(0, firstKey(p, row + t) - first), n) & ~7;
    const e = (max(min(n, lastKey(p, row + t + count - 1) - first), a) + 7) & ~7;
    scoreRows(at(p.weights, t * KEYS), at(p.queries, t * p.D), p.panel, p.D, a, e);
    scoreRows(at(p.ds, t * KEYS), at(p.grads, t * p.Dv), p.values, p.Dv, a, e);
    for (let i = 0; i < count; i++) rowGradient(p, t + i, b, g, row + t + i, first, a, e, shared);
  }
  for (let j = 0; j < n; j += 4) {
    weighColumns(at(p.dvAcc, j * p.accS), p.accS, at(p.weights, j), p.gradRows, 0, rows);
    weighColumns(at(p.dkAcc, j * p.D8), p.D8, at(p.ds, j), p.queryRows, 0, rows);
  }
  v128.store(p.slope, f32x4.splat(1)); // weighRows rescales by it: not at all
  for (let t = 0; t < rows; t += 4)
    weighRows(at(p.dqAcc, t * p.D8), p.D8, p.slope, at(p.ds, t * KEYS), p.keyRows, 32, KEYS << 5, 0, n);
  addQueries(p, b, g, row, rows);
}
