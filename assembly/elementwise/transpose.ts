// The blocked transpose of copy_strided_32.
import { storeColumns } from '../lanes/transpose';

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
    for (let r = 0; r < rows4; r += 4) {
      const p = px + ((<usize>r) << 2);
      storeColumns(
        py + <usize>r * by, by,
        v128.load(p), v128.load(p + bx), v128.load(p + 2 * bx), v128.load(p + 3 * bx),
        4,
      );
    }
  }
  for (let r = 0; r < rows; r++) {
    const py = y + <usize>r * by;
    const px = x + ((<usize>r) << 2);
    for (let c = r < rows4 ? cols4 : 0; c < cols; c++)
      store<u32>(py + ((<usize>c) << 2), load<u32>(px + <usize>c * bx));
  }
}
