// The one comparison of the tests.  A tolerance is absolute + relative; NaN equals only NaN and an
// infinity only itself, so that a kernel cannot pass by overflowing.
export interface Tolerance {
  /** allowed absolute difference */
  abs?: number;
  /** allowed difference as a share of |expected| */
  rel?: number;
}

const EPS = 2 ** -23;
// In jest a global is looked up through the sandbox each time; these loops are hot.
const { is } = Object;
const { isFinite: finite, isNaN: nan } = Number;
const { abs: magnitudeOf } = Math;
const INFINITY = Infinity;

/** The worst element: its index and how many times the tolerance it is off (<= 1 passes). */
export function worst(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { abs = 0, rel = 0 }: Tolerance,
): { index: number; excess: number } {
  if (actual.length !== expected.length)
    throw new Error(`expected ${expected.length} elements, got ${actual.length}`);
  let index = -1;
  let excess = 0;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i];
    const e = expected[i];
    let x: number;
    if (is(a, e) || a === e) x = 0;
    else if (!finite(e) || !finite(a)) x = nan(a) && nan(e) ? 0 : INFINITY;
    else {
      const allowed = abs + rel * magnitudeOf(e);
      x = allowed === 0 ? INFINITY : magnitudeOf(a - e) / allowed;
    }
    if (x > excess) {
      excess = x;
      index = i;
    }
  }
  return { index, excess };
}

/** Throws unless every element is within the tolerance. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
  what = 'value',
): void {
  const { index, excess } = worst(actual, expected, tolerance);
  if (excess > 1)
    throw new Error(
      `${what}: element ${index} of ${expected.length} is ${actual[index]}, expected ${expected[index]} ` +
        `(${excess.toPrecision(4)} times the tolerance)`,
    );
}

/** The bound of a float32 sum of K products in any order: c eps K max|term|, with a floor. */
export function sumTolerance(K: number, magnitude: number, c = 2): Tolerance {
  return { abs: c * EPS * Math.max(K, 1) * Math.max(magnitude, 1e-30) };
}

/** Throws unless the tolerance rejects the ways in which kernels go wrong: zeros and a dropped last element. */
export function expectCanFail(expected: ArrayLike<number>, tolerance: Tolerance): void {
  const zeros = new Float64Array(expected.length);
  if (worst(zeros, expected, tolerance).excess <= 1) throw new Error('the tolerance accepts all zeros');
  const dropped = Float64Array.from(expected);
  dropped[dropped.length - 1] = 0;
  if (expected[expected.length - 1] !== 0 && worst(dropped, expected, tolerance).excess <= 1)
    throw new Error('the tolerance accepts a dropped last element');
}

/** Distance in units of the last place of float32 between an f32 value and a double-precision truth. */
export function ulpError(actual: number, truth: number): number {
  if (Object.is(actual, truth) || actual === truth || (Number.isNaN(actual) && Number.isNaN(truth))) return 0;
  const rounded = Math.fround(truth);
  // Past the largest float the nearest one is infinity, which is then the right answer and the only one.
  if (!Number.isFinite(actual) || !Number.isFinite(rounded)) return actual === rounded ? 0 : Infinity;
  return Math.abs(actual - truth) / ulp(truth);
}

/** The spacing of float32 at |x| (2^-149 in the subnormal range). */
export function ulp(x: number): number {
  const a = Math.abs(x);
  if (a < 2 ** -126) return 2 ** -149;
  return 2 ** (Math.floor(Math.log2(a)) - 23);
}
