// Elementary functions, elementwise on x (*) f32; accuracy is stated in assembly/math.
import type { Tensor } from '../tensor/tensor.js';
import { elementwise } from './elementwise.js';

/** e to the x */
export const exp = (x: Tensor): Tensor => elementwise(x, 'exp');
/** exp(x) - 1, accurate near 0 */
export const expm1 = (x: Tensor): Tensor => elementwise(x, 'expm1');
/** natural logarithm */
export const log = (x: Tensor): Tensor => elementwise(x, 'log');
/** log(1 + x), accurate near 0 */
export const log1p = (x: Tensor): Tensor => elementwise(x, 'log1p');
/** the error function */
export const erf = (x: Tensor): Tensor => elementwise(x, 'erf');
/** sine, x in radians */
export const sin = (x: Tensor): Tensor => elementwise(x, 'sin');
/** cosine, x in radians */
export const cos = (x: Tensor): Tensor => elementwise(x, 'cos');
/** square root; NaN below 0 */
export const sqrt = (x: Tensor): Tensor => elementwise(x, 'sqrt');
/** 1 / sqrt(x) */
export const rsqrt = (x: Tensor): Tensor => elementwise(x, 'rsqrt');
/** 1 / x */
export const reciprocal = (x: Tensor): Tensor => elementwise(x, 'reciprocal');
/** x * x */
export const square = (x: Tensor): Tensor => elementwise(x, 'square');
/** |x| */
export const abs = (x: Tensor): Tensor => elementwise(x, 'abs');
/** -x */
export const neg = (x: Tensor): Tensor => elementwise(x, 'neg');
/** -1, 0 or 1; NaN at NaN */
export const sign = (x: Tensor): Tensor => elementwise(x, 'sign');
/** down to a whole number */
export const floor = (x: Tensor): Tensor => elementwise(x, 'floor');
/** up to a whole number */
export const ceil = (x: Tensor): Tensor => elementwise(x, 'ceil');
/** halves to even, as in PyTorch */
export const round = (x: Tensor): Tensor => elementwise(x, 'round');
/** towards 0 */
export const trunc = (x: Tensor): Tensor => elementwise(x, 'trunc');
