// Functions that stand in the module once, for kernels in which a call costs little: copies of these would be a good
// part of its size.
import { erf_ps } from './erf';
import { erfinv_ps } from './erfinv';
import { log1p_ps } from './log';
import { sigmoid_ps } from './sigmoid';
import { tanh_ps } from './tanh';

export function erf(x: v128): v128 {
  return erf_ps(x);
}

export function erfinv(x: v128): v128 {
  return erfinv_ps(x);
}

export function log1p(x: v128): v128 {
  return log1p_ps(x);
}

export function sigmoid(x: v128): v128 {
  return sigmoid_ps(x);
}

export function tanh(x: v128): v128 {
  return tanh_ps(x);
}
