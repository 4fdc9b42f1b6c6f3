// The one order of all selection, spelled out.

/** Negative if element i comes before element j: by value, NaN above all, -0 equal to 0, then by index. */
function before(x: ArrayLike<number>, i: number, j: number, descending: boolean): number {
  const [a, b] = [x[i], x[j]];
  const rank = (v: number) => (Number.isNaN(v) ? 1 : 0);
  const byNan = rank(a) - rank(b);
  const byValue = byNan !== 0 ? byNan : Number.isNaN(a) || a === b ? 0 : a < b ? -1 : 1;
  return (descending ? -byValue : byValue) || i - j;
}

/** The indices of x from first to last. */
export function sorted(x: ArrayLike<number>, descending: boolean): number[] {
  return Array.from(x, (_, i) => i).sort((i, j) => before(x, i, j, descending));
}
