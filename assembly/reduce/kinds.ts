// The kinds of reduce_f32; src/ops/kinds.ts repeats them and a test compares the two.
export const enum Reduce {
  sum = 0,
  mean = 1,
  prod = 2,
  sum_squares = 3,
  l1 = 4,
  l2 = 5,
  max = 6,
  min = 7,
  logsumexp = 8,
}
