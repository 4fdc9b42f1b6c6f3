// c + a * b on four lanes.  The only place that decides between two roundings (multiply, then add, the same on every
// host) and the host's own choice (build `relaxed`, usually fused).  FUSED is a name that only that build gives
// (asconfig.json): the build `dot` has relaxed SIMD too, for integer products, which are exact.

// @ts-ignore: decorator
@inline
export const FUSES: bool = isDefined(FUSED);

@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (FUSES) {
    return f32x4.relaxed_madd(a, b, c);
  } else {
    return f32x4.add(f32x4.mul(a, b), c);
  }
}
