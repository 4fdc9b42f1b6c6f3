// Operations that move elements, spelled out place by place on row-major arrays.
type Numbers = ArrayLike<number>;
type Shape = readonly number[];
export type Place = readonly number[];

/** Every place of a shape in row-major order. */
export function places(shape: Shape): Place[] {
  return shape.reduce<number[][]>(
    (sofar, n) => sofar.flatMap((p) => Array.from({ length: n }, (_, i) => [...p, i])),
    [[]],
  );
}

/** Where a place lies. */
export function offset(place: Place, shape: Shape): number {
  return place.reduce((at, i, d) => at * shape[d] + i, 0);
}

const moved = (place: Place, d: number, to: number): Place => place.map((i, k) => (k === d ? to : i));

/** The elements that stand at `from(place)` of x, for each place of a shape; `otherwise` where that is null. */
export function pick(
  x: Numbers,
  shape: Shape,
  to: Shape,
  from: (place: Place) => Place | null,
  otherwise = 0,
): number[] {
  return places(to).map((p) => {
    const at = from(p);
    return at ? x[offset(at, shape)] : otherwise;
  });
}

export function gathered(x: Numbers, shape: Shape, d: number, index: Numbers, indexShape: Shape): number[] {
  return pick(x, shape, indexShape, (p) => moved(p, d, index[offset(p, indexShape)]));
}

export function scattered(
  x: Numbers,
  shape: Shape,
  d: number,
  index: Numbers,
  indexShape: Shape,
  src: (place: Place) => number,
  join: (old: number, value: number) => number,
): number[] {
  const y = Array.from(x);
  for (const p of places(indexShape)) {
    const at = offset(moved(p, d, index[offset(p, indexShape)]), shape);
    y[at] = join(y[at], src(p));
  }
  return y;
}
