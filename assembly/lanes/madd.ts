// c + a * b on four lanes.  The only place that decides between two roundings (default: multiply,
// then add, the same on every host) and the host's own choice (relaxed variant, usually fused).
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    return f32x4.relaxed_madd(a, b, c);
  } else {
    return f32x4.add(f32x4.mul(a, b), c);
  }
}
