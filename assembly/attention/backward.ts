// Gradients of streaming attention (T. Dao, "FlashAttention-2", 2023): weights are made again block by
// block from the scores and the log-sum-exp, so that here too no L x S matrix is held.
import { at } from '../lanes/address';
import { dot } from '../lanes/sums';
import { backwardFloats, backwardLayout, BackwardProblem, ROWS } from './backward-problem';
import { backwardTile, scaleFinite } from './backward-tile';
import { expandMask, firstShown, maskRow, sharedMask } from './mask';
import { packKeys, packValues } from './pack';
import { describe, KEYS } from './problem';
import { rowAt } from './rows';

/** Floats of scratch that one call (one worker) needs. */
export function attention_f32_backward_scratch(D: i32, Dv: i32): i32 {
  return backwardFloats(D, Dv);
}

/** dq = 0 and delta = do . o for every row of a kv head. */
function prepare(p: BackwardProblem, b: i32, g: i32): void {
  for (let row = 0; row < p.group * p.L; row++) {
    memory.fill(rowAt(p.dq, p.dqB, p.dqH, p.dqL, p, b, g, row), 0, (<usize>p.D) << 2);
    const y = rowAt(p.o, p.oB, p.oH, p.oL, p, b, g, row);
    const dy = rowAt(p.do_, p.doB, p.doH, p.doL, p, b, g, row);
    const i = (b * p.G * p.group + g * p.group + row % p.group) * p.L + row / p.group;
    store<f32>(at(p.delta, i), dot(y, dy, p.Dv));
  }
}

/** All rows that see the block of keys at `first`, then dk and dv of the block. */
function backwardBlock(p: BackwardProblem, b: i32, g: i32, first: i32): void {
  const n = min(KEYS, p.S - first);
  const shared = sharedMask(p);
  memory.fill(p.dkAcc, 0, <usize>(KEYS * p.D8) << 2);
  memory.fill(p.dvAcc, 0, <usize>(KEYS * p.accS) << 2);
  const begin = min(p.L, max(0, first - p.hi)) * p.group;
  let end = max(0, min(p.L, first + n - p.lo)) * p.group;
  if (shared && p.L > 0) {
    const m = maskRow(p, b, g * p.group, 0);
    if (firstShown(p, m, first, first + n) == first + n) end = 0;
    else expandMask(p, m, first, 0, n);
  }
  if (begin < end) {
    const k = at(p.k, b * p.kB + g * p.kH + first * p.kS);
    const v = at(p.v, b * p.vB + g * p.vH + first * p.vS);
    packKeys(p.panel, 8, k, p.kS, p.D, 0, (n + 7) & ~7, n);
    packKeys(p.values, 8, v, p.vS, p.Dv, 0, (n + 7) & ~7, n);
    packValues(p.keyRows, 8, k, p.kS, p.D, 0, n);
    scaleFinite(p.keyRows, p.D, 1);
    for (let row = begin & ~(ROWS - 1); row < end; row += ROWS)
      backwardTile(p, b, g, row, min(ROWS, p.group * p.L - row), first, n, shared);
  }
  for (let j = 0; j < n; j++) {
    const dk = at(p.dk, b * p.dkB + g * p.dkH + (first + j) * p.dkS);
    const dv = at(p.dv, b * p.dvB + g * p.dvH + (first + j) * p.dvS);
    memory.copy(dk, at(p.dkAcc, j * p.D8), (<usize>p.D) << 2);
    memory.copy(dv, at(p.dvAcc, j * p.accS), (<usize>p.Dv) << 2);
  }
}

/**
 * dq, dk, dv of attention_f32 from its inputs, its o and lse, and do.  Names as there; dq: (B, H, L, D),
 * dk: (B, G, S, D), dv: (B, G, S, Dv), do: (B, H, L, Dv), each with three strides and a contiguous last
 * dimension.  dq, dk, dv are written (dk and dv are sums over the query heads of the group); dmask, of the
 * mask's strides, or 0, is added to if the mask is additive.  delta: (B, H, L) f32, work space.
 * Outputs alias nothing.  scratch: attention_f32_backward_scratch.
 *
 * What a row does not see gets nothing from it and gives nothing to it, whatever it holds; but a do that is
 * not finite in a row that sees any key makes dv of the tile's block NaN.
 * Units [begin, end): b * G + g.  Bits do not depend on B, G or the range; but where a mask with dmask is
 * broadcast over them, units must run one after another.
 * Error: that of the weights (see forward.ts) times max|do| max|v|, max|q|, max|k| and the length of the sum.
 */
export function attention_f32_backward(
  dq: usize, dk: usize, dv: usize, dmask: usize, do_: usize,
  q: usize, k: usize, v: usize, o: usize, lse: usize, mask: usize, delta: usize, scratch: usize,
  H: i32, G: i32, L: i32, S: i32, D: i32, Dv: i32,
  dqB: i32, dqH: i32, dqL: i32, dkB: i32, dkH: i32, dkS: i32,
  dvB: i32, dvH: i32, dvS: i32, doB: i32, doH: i32, doL: i32,
  qB: i32, qH: i32, qL: i32, kB: i32, kH: i32, kS: i32,
  vB: i32, vH: i32, vS: i32, oB: i32, oH: i32, oL: i32,
  kind: i32, mB: i32, mH: i32, mL: i32, mS: i32,
  scale: f32, softcap: f32, lo: i32, hi: i32, begin: i32, end: i32,
): void {
  const p = changetype<BackwardProblem>(scratch);
  p.dq = dq; p.dk = dk; p.dv = dv; p.dmask = dmask; p.do_ = do_;
  p.k = k; p.v = v; p.o = o; p.lse = lse; p.delta = delta;
  p.dqB = dqB; p.dqH = dqH; p.dqL = dqL;
  p.dkB = dkB; p.dkH = dkH; p.dkS = dkS;
  p.dvB = dvB; p.dvH = dvH; p.dvS = dvS;
  p.doB = doB; p.doH = doH; p.doL = doL;
  p.kB = kB; p.kH = kH; p.kS = kS;
  p.vB = vB; p.vH = vH; p.vS = vS;
  p.oB = oB; p.oH = oH; p.oL = oL;
  describe(p, q, mask, H, G, L, S, D, Dv, qB, qH, qL, kind, mB, mH, mL, mS, scale, softcap, lo, hi);
  backwardLayout(p);
  for (let u = begin; u < end; u++) {
    prepare(p, u / G, u % G);
    for (let first = 0; first < S; first += KEYS) backwardBlock(p, u / G, u % G, first);
  }
}
