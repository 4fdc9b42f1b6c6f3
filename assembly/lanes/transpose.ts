// A 4 x 4 block between rows and columns.

/** Stores the columns of the rows a b c d: column i goes to p + i * step bytes, i < n. */
@inline
export function storeColumns(p: usize, step: usize, a: v128, b: v128, c: v128, d: v128, n: i32): void {
  const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  v128.store(p, v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5));
  if (n > 1) v128.store(p + step, v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7));
  if (n > 2) {
    const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(p + 2 * step, v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5));
    if (n > 3) v128.store(p + 3 * step, v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7));
  }
}
