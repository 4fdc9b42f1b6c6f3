// Inverse frequencies of rotary positions, the angle per step of position of each pair, and the ways to
// stretch them past the length a model was trained at.  inv_freq: (half) f32, half = rotary size / 2.
// Each step rounds to f32 where Hugging Face's transformers does (modeling_rope_utils.py): a checkpoint
// was trained with those angles.  Powers and logarithms come from math/double, the same on every host.
import { log_64, pow_64 } from '../math/double';

const TWO_PI: f64 = 6.283185307179586;

/** inv_freq_i = base^(-i / half) (J. Su et al., RoFormer, 2021, section 3.2.2). */
export function rope_inv_freq_f32(inv_freq: usize, half: i32, base: f64): void {
  for (let i = 0; i < half; i++) {
    const exponent = <f32>i / <f32>half;
    const frequency = <f32>pow_64(<f64><f32>base, exponent);
    store<f32>(inv_freq + ((<usize>i) << 2), <f32>1 / frequency);
  }
}

/** `linear`: positions are divided by factor. */
export function rope_scale_linear_f32(inv_freq: usize, half: i32, factor: f64): void {
  for (let i = 0; i < half; i++) {
    const p = inv_freq + ((<usize>i) << 2);
    store<f32>(p, load<f32>(p) / <f32>factor);
  }
}

/** `dynamic`: the base to use at `length` positions (NTK-aware; no change up to max_position). */
export function rope_dynamic_base(base: f64, half: i32, factor: f64, length: i32, max_position: i32): f64 {
  const stretch = factor * <f64>max(length, max_position) / <f64>max_position - (factor - 1.0);
  return base * pow_64(stretch, <f64>half / <f64>(half - 1));
}

/**
 * `llama3`: waves longer than original / low_freq_factor are stretched by factor, those shorter than
 * original / high_freq_factor stay, those between are blended.  original: positions trained at.
 */
export function rope_scale_llama3_f32(
  inv_freq: usize, half: i32, factor: f64, low_freq_factor: f64, high_freq_factor: f64, original: f64,
): void {
  for (let i = 0; i < half; i++) {
    const p = inv_freq + ((<usize>i) << 2);
    const frequency = load<f32>(p);
    const wave = <f32>TWO_PI / frequency;
    if (wave > <f32>(original / low_freq_factor)) {
      store<f32>(p, frequency / <f32>factor);
    } else if (wave >= <f32>(original / high_freq_factor)) {
      const keep = (<f32>original / wave - <f32>low_freq_factor) / <f32>(high_freq_factor - low_freq_factor);
      store<f32>(p, (1 - keep) * frequency / <f32>factor + keep * frequency);
    }
  }
}

/** The (fractional) pair that turns `rotations` times over `original` positions. */
@inline
function pairOf(rotations: f64, half: i32, base: f64, original: f64): f64 {
  return <f64>half * log_64(original / (rotations * TWO_PI)) / log_64(base);
}

/**
 * `yarn` (B. Peng et al., YaRN, 2023, section 3.2): pairs that turn more than beta_fast times over the
 * original length stay, those that turn less than beta_slow times are stretched by factor, with a ramp
 * between.  truncate: the ends of the ramp are whole pairs (the default of transformers).
 */
export function rope_scale_yarn_f32(
  inv_freq: usize, half: i32, base: f64, factor: f64,
  beta_fast: f64, beta_slow: f64, original: f64, truncate: i32,
): void {
  let low = pairOf(beta_fast, half, base, original);
  let high = pairOf(beta_slow, half, base, original);
  if (truncate) {
    low = floor<f64>(low);
    high = ceil<f64>(high);
  }
  low = max<f64>(low, 0);
  high = min<f64>(high, <f64>(2 * half - 1));
  if (low == high) high += 0.001; // a step instead of a ramp
  for (let i = 0; i < half; i++) {
    const p = inv_freq + ((<usize>i) << 2);
    const frequency = load<f32>(p);
    const ramp = min<f32>(max<f32>((<f32>i - <f32>low) / <f32>(high - low), 0), 1);
    const keep: f32 = 1 - ramp;
    store<f32>(p, frequency / <f32>factor * (1 - keep) + frequency * keep);
  }
}

/** What yarn multiplies cos and sin by: 0.1 mscale ln factor + 1; 1 for a factor up to 1. */
export function rope_yarn_scaling(factor: f64, mscale: f64): f64 {
  return factor <= 1.0 ? 1.0 : 0.1 * mscale * log_64(factor) + 1.0;
}
