// Rows of a table by their numbers, and the gradient of the table.
// weight: (V, D), dense; ids: (n) i32, each in 0..V-1 (see ids_in_range); y, dy: (n, D) f32, dense.

/** The first place at which ids (n) is outside 0..V-1, or -1. */
export function ids_in_range(ids: usize, n: i32, V: i32): i32 {
  for (let i = 0; i < n; i++) if (load<u32>(ids + ((<usize>i) << 2)) >= <u32>V) return i;
  return -1;
}

/** y_i = weight[ids_i], i in [begin, end). */
export function embedding_f32(y: usize, weight: usize, ids: usize, D: i32, begin: i32, end: i32): void {
  const bytes = (<usize>D) << 2;
  for (let i = begin; i < end; i++)
    memory.copy(y + <usize>i * bytes, weight + <usize>load<i32>(ids + ((<usize>i) << 2)) * bytes, bytes);
}

/**
 * dweight[ids_i] += dy_i for i = 0, 1, ..., n-1 in this order, rows of the number `padding` left out
 * (-1: none).  Range: columns 0 <= begin <= end <= D, so that no split lets two meet in one element.
 */
export function embedding_f32_backward(
  dweight: usize, dy: usize, ids: usize,
  n: i32, D: i32, padding: i32,
  begin: i32, end: i32,
): void {
  for (let i = 0; i < n; i++) {
    const id = load<i32>(ids + ((<usize>i) << 2));
    if (id == padding) continue;
    const w = dweight + ((<usize>(id * D)) << 2);
    const g = dy + ((<usize>(i * D)) << 2);
    let d = begin;
    for (; d + 4 <= end; d += 4) {
      const o = (<usize>d) << 2;
      v128.store(w + o, f32x4.add(v128.load(w + o), v128.load(g + o)));
    }
    for (; d < end; d++) {
      const o = (<usize>d) << 2;
      store<f32>(w + o, load<f32>(w + o) + load<f32>(g + o));
    }
  }
}
