// From a panel's integers to numbers: C = act(scale_m scale_n (sum - excess_m - zero_m sum_k q_n) + bias) + residual.
// The difference is exact; then come one rounding each for its f32, the product of the scales, the
// product with it, and what finishRow adds.  Addresses and strides in bytes, 0 = absent.
import { NONE } from '../activation/kind';
import { finishRow } from '../gemm/finish';
import { NR } from '../gemm/layout';
import { SCALES } from './layout';

export function finishPanel(
  c: usize, c1: usize, t: usize, a: usize, a1: usize, rows: i32, scales: usize,
  bias: usize, residual: usize, r1: usize, act: i32, columns: i32,
): void {
  const whole = columns == NR && act == NONE;
  for (let m = 0; m < rows; m++) {
    const scale = v128.load_splat<f32>(a);
    const zero = v128.load_splat<i32>(a, 4);
    const excess = v128.load_splat<i32>(a, 8);
    let v0 = real(t, scales, scale, zero, excess), v1 = real(t + 16, scales + 16, scale, zero, excess);
    let v2 = real(t + 32, scales + 32, scale, zero, excess), v3 = real(t + 48, scales + 48, scale, zero, excess);
    if (whole) {
      // As finishRow does, without its questions.
      if (bias) {
        v0 = f32x4.add(v0, v128.load(bias)), v1 = f32x4.add(v1, v128.load(bias, 16));
        v2 = f32x4.add(v2, v128.load(bias, 32)), v3 = f32x4.add(v3, v128.load(bias, 48));
      }
      if (residual) {
        v0 = f32x4.add(v0, v128.load(residual)), v1 = f32x4.add(v1, v128.load(residual, 16));
        v2 = f32x4.add(v2, v128.load(residual, 32)), v3 = f32x4.add(v3, v128.load(residual, 48));
      }
      v128.store(c, v0), v128.store(c, v1, 16), v128.store(c, v2, 32), v128.store(c, v3, 48);
    } else finishRow(c, v0, v1, v2, v3, bias, residual, act, columns);
    c += c1;
    t += 64;
    a += a1;
    if (residual) residual += r1;
  }
}

@inline
function real(t: usize, scales: usize, scale: v128, zero: v128, excess: v128): v128 {
  const sum = i32x4.sub(v128.load(t), i32x4.add(i32x4.mul(zero, v128.load(scales, SCALES)), excess));
  return f32x4.mul(f32x4.convert_i32x4_s(sum), f32x4.mul(scale, v128.load(scales)));
}
