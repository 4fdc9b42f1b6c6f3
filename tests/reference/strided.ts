// Strided access spelled out: what "x of this shape through these strides" means.
type Numbers = ArrayLike<number>;

/** The elements of x in row-major order of `shape`, element (i, j, ...) being x[start + i s0 + j s1 + ...]. */
export function through(
  x: Numbers,
  shape: readonly number[],
  strides: readonly number[],
  start = 0,
): number[] {
  return offsets(shape, strides, start).map((o) => x[o]);
}

/** Where each element lies, in row-major order. */
export function offsets(shape: readonly number[], strides: readonly number[], start = 0): number[] {
  let at = [start];
  shape.forEach((n, d) => {
    at = at.flatMap((o) => Array.from({ length: n }, (_, i) => o + i * strides[d]));
  });
  return at;
}

/** How many elements a block must hold for these strides (none negative). */
export function extent(shape: readonly number[], strides: readonly number[]): number {
  if (shape.includes(0)) return 0;
  return 1 + shape.reduce((sum, n, d) => sum + (n - 1) * strides[d], 0);
}

/** Row-major strides of a shape, rows apart by `pad` further elements. */
export function dense(shape: readonly number[], pad = 0): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step = step * shape[d] + (d === shape.length - 1 ? pad : 0);
  }
  return strides;
}
