// Whether a result is right: dtype, shape and every value.
import { to } from '../../../src/ops/index.js';
import { show } from '../../../src/tensor/shape.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { worst } from '../../close.js';
import { brainValue, halfValue } from '../../reference/half.js';
import type { OnnxTensor } from '../onnx-cases.js';
import type { OnnxDType } from '../onnx-dtype.js';
import { HELD } from './call.js';

/**
 * Allowed |a - b| / max(1, |b|): the corpus' own measure, whose stored values are themselves within 1e-6 of
 * the truth.  What is computed here is within 4.3e-7 of them.  Integers and booleans are exact.
 */
const ALLOWED: Partial<Record<OnnxDType, number>> = {
  float64: 2e-6,
  float32: 2e-6,
  float16: 1e-3,
  // half a step of eight bits, and as much again for an expectation that was rounded on its way
  bfloat16: 2 ** -8,
};

/** Cases whose expectation was written down by hand with few decimals. */
const ROUNDED: Readonly<Record<string, number>> = {
  averagepool_2d_ceil_last_window_starts_on_pad: 1e-4,
};

/** What is allowed for an output of a case; operators that only move numbers are `exact`. */
export function allowedFor(expected: OnnxTensor, exact: boolean, name: string): number {
  return ROUNDED[name] ?? (exact ? 0 : (ALLOWED[expected.dtype] ?? 0));
}

/** By how many times the tolerance a result is off (<= 1 passes). */
export function excess(actual: ArrayLike<number>, expected: ArrayLike<number>, allowed: number): number {
  const wide = Float64Array.from(expected, (x) => Math.max(1, Math.abs(x)));
  // Both sides divided by max(1, |b|), so that the tolerance is one number; NaN and infinities stay.
  const scaled = (v: ArrayLike<number>): Float64Array =>
    Float64Array.from(v, (x, i) => (Number.isFinite(wide[i]) ? x / wide[i] : x));
  if (actual.length !== expected.length) return Infinity;
  return worst(scaled(actual), scaled(expected), { abs: allowed }).excess;
}

/** @throws unless a tensor has the dtype, shape and values of an output of the case `of` */
export function expectOutput(actual: Tensor, expected: OnnxTensor, exact: boolean, of: string): void {
  const { name, dtype, shape } = expected;
  if (actual.dtype !== HELD[dtype])
    throw new Error(
      `${name}: expected ${dtype} (${HELD[dtype] ?? 'not a dtype of ours'}), got ${actual.dtype}`,
    );
  if (show(actual.shape) !== show(shape))
    throw new Error(`${name}: expected shape ${show(shape)}, got ${show(actual.shape)}`);
  const times = excess(rounded(actual, dtype), expected.data, allowedFor(expected, exact, of));
  if (!(times <= 1)) throw new Error(`${name}: ${times.toPrecision(3)} times the tolerance`);
}

/** The values of a result after rounding to the 16 bits that the case asks for. */
function rounded(t: Tensor, dtype: OnnxDType): ArrayLike<number> {
  if (dtype === 'float16') return Float64Array.from(to(t, 'f16').toArray(), halfValue);
  if (dtype === 'bfloat16') return Float64Array.from(to(t, 'bf16').toArray(), brainValue);
  return t.toArray();
}
