// Maxima and means over windows, plane by plane, straight from the definition.
type Numbers = ArrayLike<number>;

export interface WindowProblem {
  planes: number;
  size: readonly number[];
  kernel: readonly number[];
  stride: readonly number[];
  dilation: readonly number[];
  /** places before the input */
  padding: readonly number[];
  out: readonly number[];
}

/** Offsets into a plane that each position meets, in the order of the taps; those outside are left out. */
export function windows({ size, kernel, stride, dilation, padding, out }: WindowProblem): number[][] {
  return places(out).map((p) =>
    places(kernel)
      .map((t) => p.map((v, i) => v * stride[i] - padding[i] + t[i] * dilation[i]))
      .filter((q) => q.every((v, i) => v >= 0 && v < size[i]))
      .map((q) => q.reduce((offset, v, i) => offset * size[i] + v, 0)),
  );
}

function places(size: readonly number[]): number[][] {
  return size.reduce<number[][]>(
    (all, n) => all.flatMap((p) => Array.from({ length: n }, (_, i) => [...p, i])),
    [[]],
  );
}

/** Each maximum and its offset, the first of equals. */
export function windowMax(q: WindowProblem, x: Numbers): { y: number[]; at: number[] } {
  const size = q.size.reduce((a, b) => a * b);
  const y: number[] = [];
  const at: number[] = [];
  for (let n = 0; n < q.planes; n++)
    for (const w of windows(q)) {
      const values = w.map((o) => x[n * size + o]);
      const nan = values.findIndex(Number.isNaN);
      const best = nan >= 0 ? nan : values.indexOf(Math.max(...values));
      y.push(best < 0 ? -Infinity : values[best]);
      at.push(best < 0 ? -1 : w[best]);
    }
  return { y, at };
}

/** Sums over the windows divided by `share`, one for each position. */
export function windowMean(q: WindowProblem, x: Numbers, share: Numbers): number[] {
  const size = q.size.reduce((a, b) => a * b);
  return Array.from({ length: q.planes }, (_, n) =>
    windows(q).map((w, p) => w.reduce((s, o) => s + x[n * size + o], 0) / share[p]),
  ).flat();
}
