// The elementwise functions of one argument and their derivatives in double precision, by the names of
// assembly/activation/kind.ts.  At infinities they are limits; at a corner the derivative is that of the
// left piece (hard tanh, sigmoid and swish: that of the flat one).
import { erf, normalCdf, normalPdf, sigmoid, softplus } from './special.js';

type Function = (x: number, a: number, b: number) => number;
export interface Activation {
  value: Function;
  slope: Function;
}

const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
const inside = (x: number, low: number, high: number): number => (x > low && x < high ? 1 : 0);
const flat = (value: Function): Activation => ({ value, slope: () => 0 });
const sech2 = (x: number): number => 4 * sigmoid(2 * x) * sigmoid(-2 * x);
const roundHalfToEven = (x: number): number => {
  const r = Math.round(x);
  return Math.abs(x % 1) === 0.5 && r % 2 !== 0 ? r - 1 : r;
};

/** x s(x), s rising from 0 to 1 with the derivative ds. */
function gate(s: (x: number) => number, ds: (x: number) => number): Activation {
  const times = (f: (x: number) => number, x: number): number => (f(x) === 0 ? 0 : x * f(x));
  return { value: (x) => times(s, x), slope: (x) => s(x) + times(ds, x) };
}

/** The sigmoid of v(x) and its derivative. */
function logisticGate(v: (x: number) => number, dv: (x: number) => number): Activation {
  const slope = (x: number): number => sigmoid(v(x)) * sigmoid(-v(x));
  return gate(
    (x) => sigmoid(v(x)),
    (x) => (slope(x) === 0 ? 0 : slope(x) * dv(x)),
  );
}

const ROOT = 2 * Math.sqrt(2 / Math.PI);
/** The argument of GELU_TANH's sigmoid. */
export const tanhArgument = (x: number): number => ROOT * (x + 0.044715 * x ** 3);

export const ACTIVATIONS: Record<string, Activation> = {
  NONE: { value: (x) => x, slope: () => 1 },
  RELU: { value: (x) => Math.max(x, 0), slope: (x) => (x > 0 ? 1 : 0) },
  GELU: gate(normalCdf, normalPdf),
  GELU_TANH: logisticGate(tanhArgument, (x) => ROOT * (1 + 3 * 0.044715 * x * x)),
  QUICK_GELU: logisticGate(
    (x) => 1.702 * x,
    () => 1.702,
  ),
  SILU: logisticGate(
    (x) => x,
    () => 1,
  ),
  TANH: { value: Math.tanh, slope: sech2 },
  SIGMOID: { value: sigmoid, slope: (x) => sigmoid(x) * sigmoid(-x) },
  RELU_SQUARED: { value: (x) => Math.max(x, 0) ** 2, slope: (x) => 2 * Math.max(x, 0) },
  LEAKY_RELU: { value: (x, a) => (x > 0 ? x : a * x), slope: (x, a) => (x > 0 ? 1 : a) },
  ELU: {
    value: (x, a) => (x > 0 ? x : a * Math.expm1(x)),
    slope: (x, a) => (x > 0 ? 1 : a * Math.exp(x)),
  },
  SELU: {
    value: (x, a, b) => b * (x > 0 ? x : a * Math.expm1(x)),
    slope: (x, a, b) => b * (x > 0 ? 1 : a * Math.exp(x)),
  },
  CELU: {
    value: (x, a) => (x > 0 ? x : a * Math.expm1(x / a)),
    slope: (x, a) => (x > 0 ? 1 : Math.exp(x / a)),
  },
  HARDTANH: { value: clamp, slope: inside },
  HARDSIGMOID: {
    value: (x, a, b) => clamp(a * x + b, 0, 1),
    slope: (x, a, b) => a * inside(a * x + b, 0, 1),
  },
  HARDSWISH: {
    value: (x) => (x <= -3 ? 0 : (x * clamp(x + 3, 0, 6)) / 6),
    slope: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5),
  },
  THRESHOLD: { value: (x, a, b) => (x <= a ? b : x), slope: (x, a) => (x > a ? 1 : 0) },
  HARDSHRINK: {
    value: (x, a) => (Math.abs(x) <= a ? 0 : x),
    slope: (x, a) => (Math.abs(x) > a ? 1 : 0),
  },
  SOFTSHRINK: {
    value: (x, a) => x - clamp(x, -a, a),
    slope: (x, a) => (Math.abs(x) > a ? 1 : 0),
  },
  TANHSHRINK: { value: (x) => x - Math.tanh(x), slope: (x) => Math.tanh(x) ** 2 },
  SOFTSIGN: {
    value: (x) => (Number.isFinite(x) ? x / (1 + Math.abs(x)) : Math.sign(x)),
    slope: (x) => 1 / (1 + Math.abs(x)) ** 2,
  },
  SOFTPLUS: {
    value: (x, a, b) => (a * x > b ? x : softplus(a * x) / a),
    slope: (x, a, b) => (a * x > b ? 1 : sigmoid(a * x)),
  },
  LOG_SIGMOID: { value: (x) => -softplus(-x), slope: (x) => sigmoid(-x) },
  MISH: gate(
    (x) => Math.tanh(softplus(x)),
    (x) => sech2(softplus(x)) * sigmoid(x),
  ),
  EXP: { value: Math.exp, slope: Math.exp },
  EXPM1: { value: Math.expm1, slope: Math.exp },
  LOG: { value: Math.log, slope: (x) => 1 / x },
  LOG1P: { value: Math.log1p, slope: (x) => 1 / (1 + x) },
  ERF: { value: erf, slope: (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) },
  SIN: { value: Math.sin, slope: Math.cos },
  COS: { value: Math.cos, slope: (x) => -Math.sin(x) },
  SQRT: { value: Math.sqrt, slope: (x) => 0.5 / Math.sqrt(x) },
  RSQRT: { value: (x) => 1 / Math.sqrt(x), slope: (x) => -0.5 / (x * Math.sqrt(x)) },
  RECIPROCAL: { value: (x) => 1 / x, slope: (x) => -1 / (x * x) },
  SQUARE: { value: (x) => x * x, slope: (x) => 2 * x },
  ABS: { value: Math.abs, slope: Math.sign },
  NEG: { value: (x) => -x, slope: () => -1 },
  SIGN: flat(Math.sign),
  FLOOR: flat(Math.floor),
  CEIL: flat(Math.ceil),
  ROUND: flat(roundHalfToEven),
  TRUNC: flat(Math.trunc),
};
