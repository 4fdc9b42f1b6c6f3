// What the steps of the recurrences share.  A step takes B sequences from one position to the next; a
// sequence b that has ended, t >= lengths[b], keeps its state, so that one may go through a batch of
// sequences of different lengths in either direction and find every last state at the last step.
import { at } from '../lanes/address';
import { loadTail, storeTail } from '../lanes/tail';

/** Whether sequence b is over at t; an address of 0 means that none is. */
@inline
export function ended(lengths: usize, t: i32, b: i32): bool {
  return lengths != 0 && t >= load<i32>(at(lengths, b));
}

/** Elements i, i + 1, ... of the row p, n of them, four at most. */
@inline
export function load4(p: usize, i: i32, n: i32): v128 {
  return n >= 4 ? v128.load(at(p, i)) : loadLast(at(p, i), n);
}

@inline
export function store4(p: usize, i: i32, v: v128, n: i32): void {
  if (n >= 4) v128.store(at(p, i), v);
  else storeLast(at(p, i), v, n);
}

// Calls, not inlined: tails are rare, and a step has a dozen places that need them.

function loadLast(p: usize, n: i32): v128 {
  return loadTail(p, n, 0);
}

function storeLast(p: usize, v: v128, n: i32): void {
  storeTail(p, v, n);
}

/** to = from + and, or 0 where an address is 0. */
export function keep(to: usize, from: usize, and: usize, H: i32): void {
  for (let i = 0; i < H; i += 4) {
    let v = f32x4.splat(0);
    if (from) v = load4(from, i, H - i);
    if (and) v = f32x4.add(v, load4(and, i, H - i));
    store4(to, i, v, H - i);
  }
}

/** x + p, the argument of a gate: what the input and what the state contribute. */
@inline
export function sumAt(x: usize, p: usize, i: i32, n: i32): v128 {
  return f32x4.add(load4(x, i, n), load4(p, i, n));
}

/** d times the slope of the sigmoid whose value is y */
@inline
export function throughSigmoid(d: v128, y: v128): v128 {
  return f32x4.mul(d, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)));
}

/** d times the slope of the tanh whose value is y */
@inline
export function throughTanh(d: v128, y: v128): v128 {
  return f32x4.mul(d, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)));
}
