// Element-wise operations in doubles, the readable specification of assembly/elementwise/.
import type { Binary, Compare } from '../../src/ops/kinds.js';

const nan = (a: number, b: number): boolean => Number.isNaN(a) || Number.isNaN(b);

/** IEEE 754 pow: unlike JavaScript's, 1 to any power is 1, and so is -1 to an infinite one. */
function pow(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Infinity)) return 1;
  return a ** b;
}

function remainder(a: number, b: number): number {
  const r = a % b;
  return r !== 0 && r < 0 !== b < 0 ? r + b : r;
}

export const binary: Record<keyof typeof Binary, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: (a, b) => (nan(a, b) ? NaN : Math.max(a, b)),
  min: (a, b) => (nan(a, b) ? NaN : Math.min(a, b)),
  pow,
  remainder,
  fmod: (a, b) => a % b,
};

export const compare: Record<keyof typeof Compare, (a: number, b: number) => boolean> = {
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
};
