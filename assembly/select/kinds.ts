// What scatter_f32 does with an element that is there already.

export const enum Scatter {
  set = 0,
  sum = 1,
  prod = 2,
  max = 3,
  min = 4,
}
