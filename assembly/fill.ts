// fill_f32: y[begin..end) = value.  y: (N) f32.
export function fill_f32(y: usize, value: f32, begin: i32, end: i32): void {
  const v = f32x4.splat(value);
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + ((<usize>i) << 2), v);
  for (; i < end; i++) store<f32>(y + ((<usize>i) << 2), value);
}
