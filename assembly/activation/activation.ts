// Elementwise functions of one argument.  x, y, dy, dx: flat f32, elements [begin, end); y may alias
// x, dx may alias dy or x.  The kinds and their parameters alpha and beta are in kind.ts; a code that
// is not there copies.
// Error: each function of math/ as its header says; GELU, SiLU and their kin 4 ulp (GELU 12 ulp below
// x = -5), but GELU_TANH and QUICK_GELU lose 2^-24 |argument of the sigmoid| relative on the left;
// results below 1e-37 may be flushed to 0.
import * as Kind from './kind';
import { map, mapBackward, mapBackwardWide, mapWide } from './map';
import {
  None, Relu, ReluSquared, LeakyRelu, Elu, Selu, Celu, Hardtanh, Hardsigmoid, Hardswish, Threshold,
  Hardshrink, Softshrink,
} from './rectifiers';
import {
  Gelu, GeluTanh, QuickGelu, Silu, Tanh, Sigmoid, Tanhshrink, Softsign, Softplus, LogSigmoid, Mish,
} from './sigmoids';
import {
  Exp, Expm1, Log, Log1p, Erf, Flat, Sin, Cos, Sqrt, Rsqrt, Reciprocal, Square, Abs, Neg, Sign, Floor, Ceil,
  Round, Trunc,
} from './unary';

/** y = f(x) */
export function activation_f32(
  y: usize, x: usize, kind: i32, alpha: f32, beta: f32, begin: i32, end: i32,
): void {
  switch (kind) {
    case Kind.RELU: return map<Relu>(y, x, alpha, beta, begin, end);
    case Kind.GELU: return mapWide<Gelu>(y, x, alpha, beta, begin, end);
    case Kind.GELU_TANH: return mapWide<GeluTanh>(y, x, alpha, beta, begin, end);
    case Kind.QUICK_GELU: return map<QuickGelu>(y, x, alpha, beta, begin, end);
    case Kind.SILU: return mapWide<Silu>(y, x, alpha, beta, begin, end);
    case Kind.TANH: return mapWide<Tanh>(y, x, alpha, beta, begin, end);
    case Kind.SIGMOID: return map<Sigmoid>(y, x, alpha, beta, begin, end);
    case Kind.RELU_SQUARED: return map<ReluSquared>(y, x, alpha, beta, begin, end);
    case Kind.LEAKY_RELU: return map<LeakyRelu>(y, x, alpha, beta, begin, end);
    case Kind.ELU: return map<Elu>(y, x, alpha, beta, begin, end);
    case Kind.SELU: return map<Selu>(y, x, alpha, beta, begin, end);
    case Kind.CELU: return map<Celu>(y, x, alpha, beta, begin, end);
    case Kind.HARDTANH: return map<Hardtanh>(y, x, alpha, beta, begin, end);
    case Kind.HARDSIGMOID: return map<Hardsigmoid>(y, x, alpha, beta, begin, end);
    case Kind.HARDSWISH: return map<Hardswish>(y, x, alpha, beta, begin, end);
    case Kind.THRESHOLD: return map<Threshold>(y, x, alpha, beta, begin, end);
    case Kind.HARDSHRINK: return map<Hardshrink>(y, x, alpha, beta, begin, end);
    case Kind.SOFTSHRINK: return map<Softshrink>(y, x, alpha, beta, begin, end);
    case Kind.TANHSHRINK: return map<Tanhshrink>(y, x, alpha, beta, begin, end);
    case Kind.SOFTSIGN: return map<Softsign>(y, x, alpha, beta, begin, end);
    case Kind.SOFTPLUS: return map<Softplus>(y, x, alpha, beta, begin, end);
    case Kind.LOG_SIGMOID: return map<LogSigmoid>(y, x, alpha, beta, begin, end);
    case Kind.MISH: return map<Mish>(y, x, alpha, beta, begin, end);
    case Kind.EXP: return map<Exp>(y, x, alpha, beta, begin, end);
    case Kind.EXPM1: return map<Expm1>(y, x, alpha, beta, begin, end);
    case Kind.LOG: return map<Log>(y, x, alpha, beta, begin, end);
    case Kind.LOG1P: return map<Log1p>(y, x, alpha, beta, begin, end);
    case Kind.ERF: return map<Erf>(y, x, alpha, beta, begin, end);
    case Kind.SIN: return map<Sin>(y, x, alpha, beta, begin, end);
    case Kind.COS: return map<Cos>(y, x, alpha, beta, begin, end);
    case Kind.SQRT: return map<Sqrt>(y, x, alpha, beta, begin, end);
    case Kind.RSQRT: return map<Rsqrt>(y, x, alpha, beta, begin, end);
    case Kind.RECIPROCAL: return map<Reciprocal>(y, x, alpha, beta, begin, end);
    case Kind.SQUARE: return map<Square>(y, x, alpha, beta, begin, end);
    case Kind.ABS: return map<Abs>(y, x, alpha, beta, begin, end);
    case Kind.NEG: return map<Neg>(y, x, alpha, beta, begin, end);
    case Kind.SIGN: return map<Sign>(y, x, alpha, beta, begin, end);
    case Kind.FLOOR: return map<Floor>(y, x, alpha, beta, begin, end);
    case Kind.CEIL: return map<Ceil>(y, x, alpha, beta, begin, end);
    case Kind.ROUND: return map<Round>(y, x, alpha, beta, begin, end);
    case Kind.TRUNC: return map<Trunc>(y, x, alpha, beta, begin, end);
    default: return map<None>(y, x, alpha, beta, begin, end);
  }
}

/** dx = dy f'(x).  Needs x, never y. */
export function activation_f32_backward(
  dx: usize, dy: usize, x: usize, kind: i32, alpha: f32, beta: f32, begin: i32, end: i32,
): void {
  switch (kind) {
    case Kind.RELU: return mapBackward<Relu>(dx, dy, x, alpha, beta, begin, end);
    case Kind.GELU: return mapBackwardWide<Gelu>(dx, dy, x, alpha, beta, begin, end);
    case Kind.GELU_TANH: return mapBackwardWide<GeluTanh>(dx, dy, x, alpha, beta, begin, end);
    case Kind.QUICK_GELU: return mapBackward<QuickGelu>(dx, dy, x, alpha, beta, begin, end);
    case Kind.SILU: return mapBackward<Silu>(dx, dy, x, alpha, beta, begin, end);
    case Kind.TANH: return mapBackward<Tanh>(dx, dy, x, alpha, beta, begin, end);
    case Kind.SIGMOID: return mapBackward<Sigmoid>(dx, dy, x, alpha, beta, begin, end);
    case Kind.RELU_SQUARED: return mapBackward<ReluSquared>(dx, dy, x, alpha, beta, begin, end);
    case Kind.LEAKY_RELU: return mapBackward<LeakyRelu>(dx, dy, x, alpha, beta, begin, end);
    case Kind.ELU: return mapBackward<Elu>(dx, dy, x, alpha, beta, begin, end);
    case Kind.SELU: return mapBackward<Selu>(dx, dy, x, alpha, beta, begin, end);
    case Kind.CELU: return mapBackward<Celu>(dx, dy, x, alpha, beta, begin, end);
    case Kind.HARDTANH: return mapBackward<Hardtanh>(dx, dy, x, alpha, beta, begin, end);
    case Kind.HARDSIGMOID: return mapBackward<Hardsigmoid>(dx, dy, x, alpha, beta, begin, end);
    case Kind.HARDSWISH: return mapBackward<Hardswish>(dx, dy, x, alpha, beta, begin, end);
    case Kind.THRESHOLD: return mapBackward<Threshold>(dx, dy, x, alpha, beta, begin, end);
    case Kind.HARDSHRINK: return mapBackward<Hardshrink>(dx, dy, x, alpha, beta, begin, end);
    case Kind.SOFTSHRINK: return mapBackward<Softshrink>(dx, dy, x, alpha, beta, begin, end);
    case Kind.TANHSHRINK: return mapBackward<Tanhshrink>(dx, dy, x, alpha, beta, begin, end);
    case Kind.SOFTSIGN: return mapBackward<Softsign>(dx, dy, x, alpha, beta, begin, end);
    case Kind.SOFTPLUS: return mapBackward<Softplus>(dx, dy, x, alpha, beta, begin, end);
    case Kind.LOG_SIGMOID: return mapBackward<LogSigmoid>(dx, dy, x, alpha, beta, begin, end);
    case Kind.MISH: return mapBackward<Mish>(dx, dy, x, alpha, beta, begin, end);
    case Kind.EXP: return mapBackward<Exp>(dx, dy, x, alpha, beta, begin, end);
    case Kind.EXPM1: return mapBackward<Expm1>(dx, dy, x, alpha, beta, begin, end);
    case Kind.LOG: return mapBackward<Log>(dx, dy, x, alpha, beta, begin, end);
    case Kind.LOG1P: return mapBackward<Log1p>(dx, dy, x, alpha, beta, begin, end);
    case Kind.ERF: return mapBackward<Erf>(dx, dy, x, alpha, beta, begin, end);
    case Kind.SIN: return mapBackward<Sin>(dx, dy, x, alpha, beta, begin, end);
    case Kind.COS: return mapBackward<Cos>(dx, dy, x, alpha, beta, begin, end);
    case Kind.SQRT: return mapBackward<Sqrt>(dx, dy, x, alpha, beta, begin, end);
    case Kind.RSQRT: return mapBackward<Rsqrt>(dx, dy, x, alpha, beta, begin, end);
    case Kind.RECIPROCAL: return mapBackward<Reciprocal>(dx, dy, x, alpha, beta, begin, end);
    case Kind.SQUARE: return mapBackward<Square>(dx, dy, x, alpha, beta, begin, end);
    case Kind.ABS: return mapBackward<Abs>(dx, dy, x, alpha, beta, begin, end);
    case Kind.NEG: return mapBackward<Neg>(dx, dy, x, alpha, beta, begin, end);
    case Kind.SIGN:
    case Kind.FLOOR:
    case Kind.CEIL:
    case Kind.ROUND:
    case Kind.TRUNC: return mapBackward<Flat>(dx, dy, x, alpha, beta, begin, end);
    default: return mapBackward<None>(dx, dy, x, alpha, beta, begin, end);
  }
}
