// Addresses of f32 elements: kernels count elements, memory counts bytes.

/** Element i. */
@inline
export function at(p: usize, i: i32): usize {
  return p + ((<usize>i) << 2);
}

/** Row m of rows that are `stride` elements apart. */
@inline
export function row(p: usize, m: i32, stride: i32): usize {
  return p + ((<usize>m * <usize>stride) << 2);
}
