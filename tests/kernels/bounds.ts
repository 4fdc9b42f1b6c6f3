// Comparison where every element has a tolerance of its own, computed from the expected value.
export type Allowed = (expected: number, index: number) => number;

type Numbers = ArrayLike<number>;

/** The worst element as a multiple of its tolerance (<= 1 passes); NaN equals only NaN. */
export function excess(
  actual: Numbers,
  expected: Numbers,
  allowed: Allowed,
): { times: number; index: number } {
  if (actual.length !== expected.length)
    throw new Error(`expected ${expected.length} elements, got ${actual.length}`);
  const worst = { times: 0, index: -1 };
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i], expected[i]];
    if (a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
    const off = Math.abs(a - e) / allowed(e, i);
    const times = Number.isFinite(off) ? off : Infinity;
    if (times > worst.times) Object.assign(worst, { times, index: i });
  }
  return worst;
}

/** Throws unless every element is within its tolerance. */
export function expectWithin(actual: Numbers, expected: Numbers, allowed: Allowed, what = 'value'): void {
  const { times, index } = excess(actual, expected, allowed);
  if (times > 1)
    throw new Error(
      `${what}: element ${index} of ${expected.length} is ${actual[index]}, expected ${expected[index]} ` +
        `(${times.toPrecision(4)} times the tolerance)`,
    );
}

/** Throws if the tolerance accepts any of the wrong results. */
export function expectRejects(wrong: Record<string, Numbers>, expected: Numbers, allowed: Allowed): void {
  for (const [name, values] of Object.entries(wrong))
    if (excess(values, expected, allowed).times <= 1) throw new Error(`the tolerance accepts ${name}`);
}
