// The loops over elements, written once and instantiated for each function.  A function is a class
// without fields or instances: `apply` is its value, `slope` its derivative, and changetype<F>(0)
// stands for it, so that every call is resolved, and inlined, at compile time.
import { at } from '../lanes/address';
import { loadPart, storePart } from '../lanes/tail';

/** y = f(x) */
export function map<F>(y: usize, x: usize, alpha: f32, beta: f32, begin: i32, end: i32): void {
  const a = f32x4.splat(alpha);
  const b = f32x4.splat(beta);
  for (let i = begin; i < end; i += 4) {
    const n = end - i;
    storePart(at(y, i), changetype<F>(0).apply(loadPart(at(x, i), n, 0), a, b), n);
  }
}

/**
 * y = f(x), four vectors at a time: the chain of one vector is so long that a processor finds too little
 * to do beside it.  For the functions that models spend time in; three to four times the code of map.
 */
export function mapWide<F>(y: usize, x: usize, alpha: f32, beta: f32, begin: i32, end: i32): void {
  const a = f32x4.splat(alpha);
  const b = f32x4.splat(beta);
  let i = begin;
  for (; i + 16 <= end; i += 16) {
    const p = at(x, i);
    const v0 = changetype<F>(0).apply(v128.load(p), a, b);
    const v1 = changetype<F>(0).apply(v128.load(p, 16), a, b);
    const v2 = changetype<F>(0).apply(v128.load(p, 32), a, b);
    const v3 = changetype<F>(0).apply(v128.load(p, 48), a, b);
    const q = at(y, i);
    v128.store(q, v0);
    v128.store(q, v1, 16);
    v128.store(q, v2, 32);
    v128.store(q, v3, 48);
  }
  for (; i < end; i += 4) {
    const n = end - i;
    storePart(at(y, i), changetype<F>(0).apply(loadPart(at(x, i), n, 0), a, b), n);
  }
}

/** dx = dy f'(x) */
export function mapBackward<F>(
  dx: usize, dy: usize, x: usize, alpha: f32, beta: f32, begin: i32, end: i32,
): void {
  const a = f32x4.splat(alpha);
  const b = f32x4.splat(beta);
  for (let i = begin; i < end; i += 4) {
    const n = end - i;
    const slope = changetype<F>(0).slope(loadPart(at(x, i), n, 0), a, b);
    storePart(at(dx, i), f32x4.mul(loadPart(at(dy, i), n, 0), slope), n);
  }
}

/** dx = dy f'(x), two vectors at a time: for the two that are most often trained. */
export function mapBackwardWide<F>(
  dx: usize, dy: usize, x: usize, alpha: f32, beta: f32, begin: i32, end: i32,
): void {
  const a = f32x4.splat(alpha);
  const b = f32x4.splat(beta);
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const p = at(x, i);
    const s0 = changetype<F>(0).slope(v128.load(p), a, b);
    const s1 = changetype<F>(0).slope(v128.load(p, 16), a, b);
    const g = at(dy, i);
    const q = at(dx, i);
    v128.store(q, f32x4.mul(v128.load(g), s0));
    v128.store(q, f32x4.mul(v128.load(g, 16), s1), 16);
  }
  mapBackward<F>(dx, dy, x, alpha, beta, i, end);
}

/** where ? v : 0 */
@inline
export function only(v: v128, where: v128): v128 {
  return v128.and(v, where);
}

/** where ? 1 : 0 */
@inline
export function step(where: v128): v128 {
  return v128.and(f32x4.splat(1), where);
}
