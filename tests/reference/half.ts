// The 16-bit floats by their definitions.

/** The value of an IEEE 754 binary16 pattern. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The value of a bfloat16 pattern. */
export function brainValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 7) & 255;
  const fraction = bits & 127;
  if (exponent === 255) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -133 : sign * (128 + fraction) * 2 ** (exponent - 134);
}

function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1;
  return down % 2 === 0 ? down : down + 1;
}

/** The nearest pattern (ties to even) in a format of `fraction` bits whose normal numbers start at 2^least. */
function nearest(x: number, fraction: number, least: number, exponents: number, nan: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  if (Number.isNaN(x)) return nan;
  const size = Math.abs(x);
  const infinity = (exponents - 1) << fraction;
  if (size === Infinity) return sign | infinity;
  let e = Math.max(Math.floor(Math.log2(size)), least);
  if (2 ** e > size && e > least) e--; // log2 rounds up just below a power
  const steps = roundHalfEven(size / 2 ** (e - fraction));
  // steps counts from 0 (subnormal) or from 2^fraction (normal); a carry leads into the next exponent
  return sign | Math.min(((e - least) << fraction) + steps, infinity);
}

/** binary16 nearest to a number; NaN is 0x7e00. */
export const toHalf = (x: number): number => nearest(x, 10, -14, 32, 0x7e00);

/** bfloat16 nearest to a number; NaN is 0x7fc0. */
export const toBrain = (x: number): number => nearest(x, 7, -126, 256, 0x7fc0);

/** Whole number for an integer type: cut off or rounded to nearest even, saturating; NaN is 0. */
export function toInteger(x: number, low: number, high: number, near: boolean): number {
  if (Number.isNaN(x)) return 0;
  const whole = near ? (Number.isFinite(x) ? roundHalfEven(x) : x) : Math.trunc(x);
  return Math.min(Math.max(whole, low), high) + 0; // never -0
}
