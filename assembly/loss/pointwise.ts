// Losses element by element, not yet reduced.  loss, x, target, dx: (N) f32, dense; dloss: (N) f32, or
// one number for all with `step` 0 (the gradient of a mean or a sum).  Outputs may be x.
// Range: elements.
import { at } from '../lanes/address';
import { loadPart, storePart } from '../lanes/tail';
import { log1p, sigmoid } from '../math/calls';
import { expNonPositive } from '../math/exp';

/** (x - target)^2.  Two roundings. */
export function mse_f32(loss: usize, x: usize, target: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += 4) put(loss, i, end, squared(get(x, i, end), get(target, i, end)));
}

/** dx = 2 (x - target) dloss */
export function mse_f32_backward(
  dx: usize, dloss: usize, step: i32, x: usize, target: usize, begin: i32, end: i32,
): void {
  for (let i = begin; i < end; i += 4) {
    const d = f32x4.sub(get(x, i, end), get(target, i, end));
    put(dx, i, end, f32x4.mul(f32x4.add(d, d), gradient(dloss, step, i, end)));
  }
}

/** max(x, 0) - x target + log(1 + e^-|x|): binary cross entropy of sigmoid(x), safe for any x. */
export function bce_with_logits_f32(loss: usize, x: usize, target: usize, begin: i32, end: i32): void {
  for (let i = begin; i < end; i += 4) {
    const v = get(x, i, end);
    const soft = log1p(expNonPositive(f32x4.neg(f32x4.abs(v))));
    const hard = f32x4.sub(f32x4.max(v, f32x4.splat(0)), f32x4.mul(v, get(target, i, end)));
    put(loss, i, end, f32x4.add(hard, soft));
  }
}

/** dx = (sigmoid(x) - target) dloss */
export function bce_with_logits_f32_backward(
  dx: usize, dloss: usize, step: i32, x: usize, target: usize, begin: i32, end: i32,
): void {
  for (let i = begin; i < end; i += 4) {
    const d = f32x4.sub(sigmoid(get(x, i, end)), get(target, i, end));
    put(dx, i, end, f32x4.mul(d, gradient(dloss, step, i, end)));
  }
}

@inline
function squared(x: v128, target: v128): v128 {
  const d = f32x4.sub(x, target);
  return f32x4.mul(d, d);
}

@inline
function gradient(dloss: usize, step: i32, i: i32, end: i32): v128 {
  return step ? get(dloss, i, end) : v128.load32_splat(dloss);
}

@inline
function get(p: usize, i: i32, end: i32): v128 {
  return loadPart(at(p, i), end - i, 0);
}

@inline
function put(p: usize, i: i32, end: i32, v: v128): void {
  storePart(at(p, i), v, end - i);
}
