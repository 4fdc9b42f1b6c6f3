// The activations that other kernels apply in passing, by their code.
import { sigmoid_ps } from '../math/sigmoid';
import { tanh_ps } from '../math/tanh';
import { gelu_ps, gelu_tanh_ps, quick_gelu_ps, silu_ps } from './gate';
import { GELU, GELU_TANH, QUICK_GELU, RELU, SIGMOID, SILU, TANH } from './kind';

@inline
export function relu_ps(x: v128): v128 {
  return f32x4.pmax(x, f32x4.splat(0));
}

/** NONE and every other code: x itself.  A call, not inlined: its body is large. */
export function activate(x: v128, kind: i32): v128 {
  if (kind == RELU) return relu_ps(x);
  if (kind == GELU) return gelu_ps(x);
  if (kind == GELU_TANH) return gelu_tanh_ps(x);
  if (kind == SILU) return silu_ps(x);
  if (kind == QUICK_GELU) return quick_gelu_ps(x);
  if (kind == TANH) return tanh_ps(x);
  if (kind == SIGMOID) return sigmoid_ps(x);
  return x;
}
