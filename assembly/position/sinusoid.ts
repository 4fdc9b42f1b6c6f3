// Sinusoidal positions (A. Vaswani et al., Attention Is All You Need, 2017, section 3.5):
// y_(p, 2i) = sin(p / 10000^(2i / D)), y_(p, 2i+1) = cos of the same.
// y: (n, D) f32, dense; positions: (n) i32.  Range: positions.  Computed in doubles, rounded once:
// within 0.51 ulp of the formula, or 2^-30 near its zeros.
import { pow_64 } from '../math/double';
import { cos_64, sin_64 } from '../math/double-trig';

export function sinusoid_f32(y: usize, positions: usize, D: i32, begin: i32, end: i32): void {
  for (let i = 0; i < D; i += 2) {
    const frequency = pow_64(10000, -<f64>i / <f64>D);
    for (let r = begin; r < end; r++) {
      const angle = <f64>load<i32>(positions + ((<usize>r) << 2)) * frequency;
      const p = y + ((<usize>(r * D + i)) << 2);
      store<f32>(p, <f32>sin_64(angle));
      if (i + 1 < D) store<f32>(p, <f32>cos_64(angle), 4);
    }
  }
}
