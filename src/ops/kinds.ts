// The numbers by which kernels are told what to compute, as in assembly/elementwise/kinds.ts and
// assembly/reduce/kinds.ts (a test holds the two sides together).

/** kind of binary_f32 */
export const Binary = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  max: 4,
  min: 5,
  pow: 6,
  remainder: 7,
  fmod: 8,
} as const;

/** kind of compare_f32 */
export const Compare = { lt: 0, le: 1, gt: 2, ge: 3, eq: 4, ne: 5 } as const;

/** kind of reduce_f32 */
export const Reduce = {
  sum: 0,
  mean: 1,
  prod: 2,
  sum_squares: 3,
  l1: 4,
  l2: 5,
  max: 6,
  min: 7,
  logsumexp: 8,
} as const;

/** kind of mean_pool_f32 */
export const MeanPool = { mean: 0, mean_sqrt_len: 1, weighted: 2 } as const;

/** kind of scatter_f32 */
export const Scatter = { set: 0, sum: 1, prod: 2, max: 3, min: 4 } as const;
