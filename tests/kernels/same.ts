// Exact comparison, for kernels that round correctly or only move things: NaN equals NaN, but -0 is not 0.
type Numbers = ArrayLike<number>;

/** Throws at the first element that differs. */
export function expectSame(actual: Numbers, expected: Numbers, what = 'value'): void {
  if (actual.length !== expected.length)
    throw new Error(`${what}: expected ${expected.length} elements, got ${actual.length}`);
  for (let i = 0; i < expected.length; i++)
    if (!Object.is(actual[i], expected[i]))
      throw new Error(`${what}: element ${i} of ${expected.length} is ${actual[i]}, expected ${expected[i]}`);
}
