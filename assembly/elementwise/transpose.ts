// The blocked transpose of copy_strided_32 and of whoever packs.

/**
 * y[r, c] = x[c, r]: `rows` rows of y from as many columns of x, elements of four bytes.
 * y: row stride sy, dense along c; x: row stride sx, dense along r.  In 4 x 4 tiles; the rest one by one.
 */
export function transposeRows(y: usize, x: usize, rows: i32, cols: i32, sy: i32, sx: i32): void {
  const by = (<usize>sy) << 2;
  const bx = (<usize>sx) << 2;
  const rows4 = rows & ~3;
  const cols4 = cols & ~3;
  for (let c = 0; c < cols4; c += 4) {
    const px = x + <usize>c * bx;
    const py = y + ((<usize>c) << 2);
    for (let r = 0; r < rows4; r += 4) tile(py + <usize>r * by, px + ((<usize>r) << 2), by, bx);
  }
  for (let r = 0; r < rows; r++) {
    const py = y + <usize>r * by;
    const px = x + ((<usize>r) << 2);
    for (let c = r < rows4 ? cols4 : 0; c < cols; c++)
      store<u32>(py + ((<usize>c) << 2), load<u32>(px + <usize>c * bx));
  }
}

/** [a0 a1 a2 a3], [b0 ..], [c0 ..], [d0 ..]  =>  [a0 b0 c0 d0], [a1 ..], [a2 ..], [a3 ..] */
@inline
function tile(y: usize, x: usize, by: usize, bx: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + bx);
  const c = v128.load(x + 2 * bx);
  const d = v128.load(x + 3 * bx);
  const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(y, v128.shuffle<i64>(ab01, cd01, 0, 2));
  v128.store(y + by, v128.shuffle<i64>(ab01, cd01, 1, 3));
  v128.store(y + 2 * by, v128.shuffle<i64>(ab23, cd23, 0, 2));
  v128.store(y + 3 * by, v128.shuffle<i64>(ab23, cd23, 1, 3));
}
