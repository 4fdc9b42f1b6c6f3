// Which keys a query may see, and the mask as something to add to a row of scores.
import { at } from '../lanes/address';
import { Mask, Problem } from './problem';

/** The address of a mask element; s is counted in elements of the mask's own size. */
@inline
function element(p: Problem, row: i32, s: i32): usize {
  const i = row + s * p.mS;
  return p.kind == Mask.Bool ? p.mask + <usize>i : at(p.mask, i);
}

/** The element index at which the mask's row for (batch, head, position) begins. */
@inline
export function maskRow(p: Problem, b: i32, h: i32, l: i32): i32 {
  return b * p.mB + h * p.mH + l * p.mL;
}

/** True if every row of kv head has one and the same mask row. */
@inline
export function sharedMask(p: Problem): bool {
  return p.kind != Mask.None && (p.mL == 0 || p.L == 1) && (p.mH == 0 || p.group == 1);
}

@inline
function hidden(p: Problem, row: i32, s: i32): bool {
  const x = element(p, row, s);
  return p.kind == Mask.Bool ? load<u8>(x) == 0 : load<f32>(x) == -Infinity;
}

/** The first key of [from, to) that the mask row shows, or to. */
export function firstShown(p: Problem, row: i32, from: i32, to: i32): i32 {
  while (from < to && hidden(p, row, from)) from++;
  return from;
}

/** One past the last key of [from, to) that the mask row shows, or from. */
export function lastShown(p: Problem, row: i32, from: i32, to: i32): i32 {
  while (from < to && hidden(p, row, to - 1)) to--;
  return to;
}

/** p.bias[from..to) = the mask of keys first + from.. as 0, -inf or the value to add. */
export function expandMask(p: Problem, row: i32, first: i32, from: i32, to: i32): void {
  let j = from;
  const bias = p.bias;
  if (p.mS == 1) {
    if (p.kind == Mask.Bool) {
      const hide = f32x4.splat(-Infinity);
      const zero = i32x4.splat(0);
      for (; j + 4 <= to; j += 4) {
        const bytes = v128.load32_zero(element(p, row, first + j));
        const wide = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
        v128.store(at(bias, j), v128.and(i32x4.eq(wide, zero), hide));
      }
    } else {
      for (; j + 4 <= to; j += 4) v128.store(at(bias, j), v128.load(element(p, row, first + j)));
    }
  }
  for (; j < to; j++) {
    const x = element(p, row, first + j);
    store<f32>(at(bias, j), p.kind == Mask.Bool ? (load<u8>(x) != 0 ? 0 : -Infinity) : load<f32>(x));
  }
}

/** x[from..to) += p.bias; where that is -inf the score is forgotten, even if it is NaN. */
@inline
function addBias(x: usize, bias: usize, from: i32, to: i32): void {
  const hide = f32x4.splat(-Infinity);
  for (let j = from; j < to; j += 4) {
    const m = v128.load(at(bias, j));
    const s = f32x4.add(v128.load(at(x, j)), m);
    v128.store(at(x, j), v128.bitselect(hide, s, f32x4.eq(m, hide)));
  }
}

/** x[from..to) = -inf, one by one: edges of a few elements. */
@inline
export function hide(x: usize, from: i32, to: i32): void {
  for (let j = from; j < to; j++) store<f32>(at(x, j), -Infinity);
}

/** True if rows row..row+n-1 see all of columns [from, to): nothing for maskScores to do. */
@inline
export function allShown(
  p: Problem, row: i32, n: i32, first: i32, from: i32, to: i32, k0: i32, k1: i32,
): bool {
  if (p.kind != Mask.None) return false;
  const begin = max(k0, (row + n - 1) / p.group + p.lo);
  const end = min(k1, row / p.group + p.hi + 1);
  return begin <= first + from && end >= first + to;
}

/**
 * The mask and the bounds on a row of scores x: columns [from, to), multiples of 8, of the block that
 * begins at key `first`, for query head h at position l.  Keys outside [k0, k1) are hidden from all.
 * `shared`: p.bias holds the mask of every row already.
 */
export function maskScores(
  p: Problem, x: usize, b: i32, h: i32, l: i32,
  first: i32, from: i32, to: i32, k0: i32, k1: i32, shared: bool,
): void {
  const begin = max(min(max(k0, l + p.lo) - first, to), from);
  const end = max(min(min(k1, l + p.hi + 1) - first, to), begin);
  if (p.kind != Mask.None) {
    if (!shared) expandMask(p, maskRow(p, b, h, l), first, begin, end);
    addBias(x, p.bias, from, to);
  }
  hide(x, from, begin);
  hide(x, end, to);
}
