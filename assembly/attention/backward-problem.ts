// The record and the scratch of attention_f32_backward.
import { at } from '../lanes/address';
import { HEAD, KEYS, pad8, Problem } from './problem';

/** Query rows in a tile of the backward pass. */
export const ROWS: i32 = 64;

@unmanaged
export class BackwardProblem extends Problem {
  dq: usize;
  dk: usize;
  dv: usize;
  do_: usize;
  dmask: usize;
  delta: usize;
  dqB: i32;
  dqH: i32;
  dqL: i32;
  dkB: i32;
  dkH: i32;
  dkS: i32;
  dvB: i32;
  dvH: i32;
  dvS: i32;
  doB: i32;
  doH: i32;
  doL: i32;
  /** D and Dv up to multiples of 8 */
  D8: i32;
  /** the tile's queries and output gradients as rows: [column / 8][row][8] */
  queryRows: usize;
  gradRows: usize;
  /** output gradients in fours: [row / 4][i][4] */
  grads: usize;
  /** the block's keys as rows, [column / 8][key][8], and its values as columns, [key / 8][i][8] */
  keyRows: usize;
  /** gradients of the scores: [row][KEYS] */
  ds: usize;
  /** the block's sums for keys [key][D8] and values [key][accS], the tile's for queries [row][D8] */
  dkAcc: usize;
  dvAcc: usize;
  dqAcc: usize;
  /** slope of the soft cap: [KEYS] */
  slope: usize;
}

export function backwardFloats(D: i32, Dv: i32): i32 {
  const D8 = pad8(D);
  const Dv8 = pad8(Dv);
  return HEAD + 2 * KEYS + ROWS * (2 * KEYS + D + 2 * D8 + Dv + Dv8) + KEYS * (D + 2 * D8 + Dv + Dv8);
}

/** Lays the scratch out; p.D and p.Dv are set.  A block of keys and a tile of rows are equally long. */
export function backwardLayout(p: BackwardProblem): void {
  const D8 = pad8(p.D);
  const Dv8 = pad8(p.Dv);
  p.D8 = D8;
  p.accS = Dv8;
  p.bias = at(changetype<usize>(p), HEAD);
  p.slope = at(p.bias, KEYS);
  p.weights = at(p.slope, KEYS);
  p.ds = at(p.weights, ROWS * KEYS);
  p.queries = at(p.ds, ROWS * KEYS);
  p.queryRows = at(p.queries, ROWS * p.D);
  p.dqAcc = at(p.queryRows, ROWS * D8);
  p.grads = at(p.dqAcc, ROWS * D8);
  p.gradRows = at(p.grads, ROWS * p.Dv);
  p.panel = at(p.gradRows, ROWS * Dv8);
  p.keyRows = at(p.panel, KEYS * p.D);
  p.dkAcc = at(p.keyRows, KEYS * D8);
  p.values = at(p.dkAcc, KEYS * D8);
  p.dvAcc = at(p.values, KEYS * p.Dv);
}
