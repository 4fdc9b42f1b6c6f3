// a, and a hint: schedule a and b together, then what they come from.
//
// V8's scheduler goes backwards along the flow of data and takes each sum followed by its product, so that
// products and sums alternate.  Zen 4 runs the same instructions 5 to 8 % faster as two products, two
// sums.  A value made of both sums changes the order, and one that is lane for lane the first of them needs no
// instruction: V8 leaves an identity shuffle out, but only after scheduling (faster in Node 20, 22 and 24, equal in 26).
// JavaScriptCore on x86-64 does not; there it costs a tenth of a matrix product.
import { FUSES } from './madd';

@inline
export function together(a: v128, b: v128): v128 {
  if (FUSES) return a; // multiplies and adds in one instruction: nothing to pair
  return v128.shuffle<i8>(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
