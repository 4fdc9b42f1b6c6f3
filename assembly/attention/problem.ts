// What one call of an attention kernel is about, and where its scratch lies.
//
// A call has some forty arguments.  They are written once into the head of the worker's scratch, so
// that the helpers take one pointer; the module keeps no state of its own.

import { at } from '../lanes/address';

/** Keys in a block.  Blocks begin at absolute multiples of it, so that a sum never depends on the tile. */
export const KEYS: i32 = 64;
/** Bytes between two rows of scores or weights. */
export const ROW: usize = <usize>KEYS << 2;
/** Query rows in a tile; a row is a (position, query head) pair, heads of one kv head side by side. */
export const ROWS: i32 = 128;
/** Rows of a unit of a call's range: few, so that threads that share the units are ready together. */
const UNIT: i32 = 32;
/** Floats at the head of the scratch: this record, or the longer one of the backward pass. */
export const HEAD: i32 = 96;
/** A bound on positions far beyond any tensor, so that sums of two cannot overflow. */
const FAR: i32 = 1 << 30;

export const enum Mask {
  None = 0,
  /** u8, nonzero = attend */
  Bool = 1,
  /** f32, added to the score; -inf = do not attend */
  Additive = 2,
}

@unmanaged
export class Problem {
  o: usize;
  lse: usize;
  q: usize;
  k: usize;
  v: usize;
  mask: usize;
  G: i32;
  L: i32;
  S: i32;
  D: i32;
  Dv: i32;
  /** query heads that share a kv head */
  group: i32;
  qB: i32;
  qH: i32;
  qL: i32;
  kB: i32;
  kH: i32;
  kS: i32;
  vB: i32;
  vH: i32;
  vS: i32;
  oB: i32;
  oH: i32;
  oL: i32;
  kind: i32;
  mB: i32;
  mH: i32;
  mL: i32;
  mS: i32;
  scale: f32;
  softcap: f32;
  lo: i32;
  hi: i32;
  /** the tile: rows [row, row + rows), at most ROWS, of a kv head of a batch */
  batch: i32;
  kvHead: i32;
  row: i32;
  rows: i32;
  /** the first kv head of this batch that the call works on, and how many they are */
  kvFirst: i32;
  heads: i32;
  /** the tile's queries, scaled: [row][d]; of a few rows and of the backward pass in fours, [row / 4][d][4] */
  queries: usize;
  /** a block of keys [key / 16][d][16]; of the backward pass in eights */
  panel: usize;
  /** and of values [column / 16][key][16] */
  values: usize;
  /** scores, then weights, of four rows: [row % 4][KEYS] */
  weights: usize;
  /** unnormalised outputs: [row][accS] */
  acc: usize;
  accS: i32;
  /** per row: the running maximum, the running sum, what the last block rescales by */
  peak: usize;
  sum: usize;
  alpha: usize;
  /** one row of the mask as something to add: [KEYS] */
  bias: usize;
}

@inline
export function pad8(n: i32): i32 {
  return (n + 7) & ~7;
}

@inline
export function pad16(n: i32): i32 {
  return (n + 15) & ~15;
}

/** The floats that `layout` hands out. */
export function scratchFloats(D: i32, Dv: i32): i32 {
  return HEAD + ROWS * D + KEYS * (D + pad16(Dv)) + 4 * KEYS + ROWS * pad16(Dv) + 3 * ROWS + KEYS;
}

/** Lays the scratch of `p` out; p.D and p.Dv are set. */
export function layout(p: Problem): void {
  p.accS = pad16(p.Dv);
  p.queries = at(changetype<usize>(p), HEAD);
  p.panel = at(p.queries, ROWS * p.D);
  p.values = at(p.panel, KEYS * p.D);
  p.weights = at(p.values, KEYS * p.accS);
  p.acc = at(p.weights, 4 * KEYS);
  p.peak = at(p.acc, ROWS * p.accS);
  p.sum = at(p.peak, ROWS);
  p.alpha = at(p.sum, ROWS);
  p.bias = at(p.alpha, ROWS);
}

/**
 * Units that cover the rows of one kv head.  They go from its last rows to its first: under a causal bound the rows
 * that see most come first, and what is left for the end is short.
 */
@inline
export function unitsPerHead(group: i32, L: i32): i32 {
  return (group * L + UNIT - 1) / UNIT;
}

/** Makes the next tile of a range, of the units from u on, that of p.  Returns the first unit behind it. */
export function takeTile(p: Problem, u: i32, end: i32): i32 {
  const perHead = unitsPerHead(p.group, p.L);
  const units = min(min(end - u, perHead - u % perHead), ROWS / UNIT);
  p.row = (perHead - u % perHead - units) * UNIT;
  p.rows = min(units * UNIT, p.group * p.L - p.row);
  p.batch = u / perHead / p.G;
  p.kvHead = u / perHead % p.G;
  return u + units;
}

/** What every call of attention is about: queries, sizes, mask and scores; then the scratch may be laid out. */
export function describe(
  p: Problem, q: usize, mask: usize, H: i32, G: i32, L: i32, S: i32, D: i32, Dv: i32, qB: i32, qH: i32, qL: i32,
  kind: i32, mB: i32, mH: i32, mL: i32, mS: i32, scale: f32, softcap: f32, lo: i32, hi: i32,
): void {
  p.q = q; p.mask = mask;
  p.G = G; p.group = H / G; p.L = L; p.S = S; p.D = D; p.Dv = Dv;
  p.qB = qB; p.qH = qH; p.qL = qL;
  p.kind = kind; p.mB = mB; p.mH = mH; p.mL = mL; p.mS = mS;
  p.scale = scale; p.softcap = softcap;
  p.lo = min(max(lo, -FAR), FAR);
  p.hi = min(max(hi, -FAR), FAR);
}
