// From a panel's integers to numbers: C = act(scale_m scale_n (sum - zero_m sum_k q_n) + bias) + residual.
// The difference is exact; then come one rounding each for its f32, the product of the scales, the
// product with it, and what finishRow adds.  Addresses and strides in bytes, 0 = absent.
import { finishRow } from '../gemm/finish';
import { SCALES } from './layout';

export function finishPanel(
  c: usize, c1: usize, t: usize, a: usize, a1: usize, rows: i32, scales: usize,
  bias: usize, residual: usize, r1: usize, act: i32, columns: i32,
): void {
  for (let m = 0; m < rows; m++) {
    const scale = v128.load_splat<f32>(a);
    const zero = v128.load_splat<i32>(a, 4);
    finishRow(
      c, real(t, scales, scale, zero), real(t + 16, scales + 16, scale, zero),
      real(t + 32, scales + 32, scale, zero), real(t + 48, scales + 48, scale, zero),
      bias, residual, act, columns,
    );
    c += c1;
    t += 64;
    a += a1;
    if (residual) residual += r1;
  }
}

@inline
function real(t: usize, scales: usize, scale: v128, zero: v128): v128 {
  const sum = i32x4.sub(v128.load(t), i32x4.mul(zero, v128.load(scales, SCALES)));
  return f32x4.mul(f32x4.convert_i32x4_s(sum), f32x4.mul(scale, v128.load(scales)));
}
