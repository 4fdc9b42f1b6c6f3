// Derivatives of a function of doubles by central differences.
type Numbers = ArrayLike<number>;

/** d f(x) / d x[i] for every i; the error is some 1e-10 of f's third derivative. */
export function differences(f: (x: Float64Array) => number, x: Numbers, step = 1e-5): Float64Array {
  const at = Float64Array.from(x);
  return at.map((v, i) => {
    at[i] = v + step;
    const above = f(at);
    at[i] = v - step;
    const below = f(at);
    at[i] = v;
    return (above - below) / (2 * step);
  });
}

/** sum of products, for the scalar whose gradient a backward pass computes */
export function inner(a: Numbers, b: Numbers): number {
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i] * b[i];
  return s;
}
