/**
 * The exponent p of y = c xᵖ by least squares on the logarithms.
 * @param {readonly number[]} x at least two different positive numbers
 * @param {readonly number[]} y positive
 * @returns {number}
 */
export function exponent(x, y) {
  const [a, b] = [x, y].map((v) => v.map(Math.log));
  const mean = (v) => v.reduce((sum, value) => sum + value, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  const over = a.reduce((sum, value, i) => sum + (value - ma) * (b[i] - mb), 0);
  return over / a.reduce((sum, value) => sum + (value - ma) ** 2, 0);
}

/** How far a fitted exponent may be from the theory's. */
export const ALLOWED = 0.25;

/** @param {number} fitted @param {number} theory @returns {boolean} */
export function agrees(fitted, theory) {
  return Math.abs(fitted - theory) <= ALLOWED;
}
