// Reductions in doubles, the readable specification of assembly/reduce/ and select/argmax.ts.
import type { Reduce } from '../../src/ops/kinds.js';

type Numbers = readonly number[];

const sum = (x: Numbers): number => x.reduce((a, b) => a + b, 0);
const squares = (x: Numbers): number => sum(x.map((v) => v * v));

export const reduce: Record<keyof typeof Reduce, (x: Numbers) => number> = {
  sum,
  mean: (x) => sum(x) / x.length,
  prod: (x) => x.reduce((a, b) => a * b, 1),
  sum_squares: squares,
  l1: (x) => sum(x.map(Math.abs)),
  l2: (x) => Math.sqrt(squares(x)),
  max: (x) => (x.some(Number.isNaN) ? NaN : Math.max(...x)),
  min: (x) => (x.some(Number.isNaN) ? NaN : Math.min(...x)),
  logsumexp: (x) => {
    const m = Math.max(...x);
    return Number.isFinite(m) ? m + Math.log(sum(x.map((v) => Math.exp(v - m)))) : m;
  },
};

/** The first of the largest; a NaN is larger than anything. */
export function argmax(x: Numbers): number {
  const nan = x.findIndex(Number.isNaN);
  return nan >= 0 ? nan : x.indexOf(Math.max(...x));
}

/** The first of the smallest; a NaN comes before anything. */
export function argmin(x: Numbers): number {
  const nan = x.findIndex(Number.isNaN);
  return nan >= 0 ? nan : x.indexOf(Math.min(...x));
}

/** The terms that are reduced to element (o, i) of a (outer, n, inner) array. */
export function terms(
  x: ArrayLike<number>,
  o: number,
  i: number,
  n: number,
  inner: number,
  stride = n * inner,
): number[] {
  return Array.from({ length: n }, (_, j) => x[o * stride + j * inner + i]);
}
