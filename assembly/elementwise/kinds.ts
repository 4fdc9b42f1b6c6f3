// The numbers by which the element-wise kernels are told what to compute; src/kinds.ts repeats them
// for the TypeScript side and a test compares the two.

export const enum Binary {
  add = 0,
  sub = 1,
  mul = 2,
  div = 3,
  max = 4,
  min = 5,
  pow = 6,
  remainder = 7,
  fmod = 8,
}

export const enum Compare {
  lt = 0,
  le = 1,
  gt = 2,
  ge = 3,
  eq = 4,
  ne = 5,
}
