/** y = x transposed, both 4 by 4 f32; row strides in bytes. */
@inline
export function transposeBlock(y: usize, y1: usize, x: usize, x1: usize): void {
  const x0 = v128.load(x);
  const xa = v128.load(x + x1);
  const xb = v128.load(x + 2 * x1);
  const xc = v128.load(x + 3 * x1);
  const p = v128.shuffle<f32>(x0, xa, 0, 4, 1, 5); // 00 10 01 11
  const q = v128.shuffle<f32>(xb, xc, 0, 4, 1, 5); // 20 30 21 31
  const r = v128.shuffle<f32>(x0, xa, 2, 6, 3, 7);
  const s = v128.shuffle<f32>(xb, xc, 2, 6, 3, 7);
  v128.store(y, v128.shuffle<f64>(p, q, 0, 2));
  v128.store(y + y1, v128.shuffle<f64>(p, q, 1, 3));
  v128.store(y + 2 * y1, v128.shuffle<f64>(r, s, 0, 2));
  v128.store(y + 3 * y1, v128.shuffle<f64>(r, s, 1, 3));
}
