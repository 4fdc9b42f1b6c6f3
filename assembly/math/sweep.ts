// The door by which the tests sweep the functions of this room over bit patterns.  An entry of its
// own, compiled by the test: nothing of it reaches the module that is shipped.
import { erf_ps } from './erf';
import { exp_ps, expNonPositive, expNonPositiveGradual } from './exp';
import { expm1_ps } from './expm1';
import { log1p_ps, log_ps } from './log';
import { gauss_ps, millsHalf_ps } from './normal';
import { sigmoid_ps } from './sigmoid';
import { tanh_ps } from './tanh';
import { cos_ps, sin_ps } from './trig';
import { weight_ps } from './weight';

export { heap_base } from '../memory';

@inline
function call(f: i32, x: v128): v128 {
  switch (f) {
    case 0: return exp_ps(x);
    case 1: return expNonPositive(x);
    case 2: return expNonPositiveGradual(x);
    case 3: return expm1_ps(x);
    case 4: return log_ps(x);
    case 5: return log1p_ps(x);
    case 6: return tanh_ps(x);
    case 7: return sigmoid_ps(x);
    case 8: return erf_ps(x);
    case 9: return gauss_ps(x);
    case 10: return millsHalf_ps(x);
    case 11: return sin_ps(x);
    case 12: return cos_ps(x);
    case 13: return weight_ps(x);
    default: return x;
  }
}

/** y[i] = f of the f32 with the bits first + i * stride, for i in [0, count); count is a multiple of 4. */
export function sweep(f: i32, y: usize, first: i32, stride: i32, count: i32): void {
  let x = i32x4.add(i32x4.splat(first), i32x4.mul(i32x4.splat(stride), i32x4(0, 1, 2, 3)));
  for (let i = 0; i < count; i += 4) {
    v128.store(y + ((<usize>i) << 2), call(f, x));
    x = i32x4.add(x, i32x4.splat(stride * 4));
  }
}
