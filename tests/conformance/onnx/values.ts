// Values checked, bounded, converted, made up.
import * as F from '../../../src/ops/index.js';
import type { DType } from '../../../src/tensor/dtype.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { ONNX_CODES, type OnnxDType } from '../onnx-dtype.js';
import type { Adapter, Call } from './call.js';

/** The dtypes that the engine converts into, by ONNX's names: floats of 64 bits are not among them. */
const TARGETS: Partial<Record<OnnxDType, DType>> = {
  float32: 'f32',
  float16: 'f16',
  bfloat16: 'bf16',
  int32: 'i32',
  int64: 'i32',
  int8: 'i8',
  uint8: 'u8',
  bool: 'bool',
};

/** What is rounded to 16 bits comes back as f32, as every such output does. */
function cast(call: Call, target: OnnxDType): Tensor {
  const dtype = TARGETS[target];
  if (!dtype) throw new Error(`the engine does not convert into ${target}`);
  const y = F.to(call.input(0), dtype);
  return dtype === 'f16' || dtype === 'bf16' ? F.to(y, 'f32') : y;
}

/** Without training nothing is dropped, and the mask says so. */
function dropout(call: Call): Tensor[] {
  const x = call.input(0);
  const training = call.value(2, 0) === 1;
  const p = training ? call.value(1, 0.5) : 0;
  return [F.dropout(x, p), call.engine.ones(x.shape, 'bool')];
}

export const values: Record<string, Adapter> = {
  Cast: (call) => [cast(call, ONNX_CODES[call.number('to', 0)])],
  CastLike: (call) => [cast(call, call.raw(1).dtype)],
  Clip: (call) => [F.clamp(call.input(0), { min: call.value(1, -Infinity), max: call.value(2, Infinity) })],
  Dropout: dropout,
  IsInf: (call) => {
    const x = call.input(0);
    const positive = call.number('detect_positive', 1) === 1;
    const negative = call.number('detect_negative', 1) === 1;
    if (positive && negative) return [F.isinf(x)];
    return [F.equal(x, positive ? Infinity : -Infinity)];
  },
  IsNaN: (call) => [F.isnan(call.input(0))],
  // A slope of as many dimensions as x, or one number for each channel.
  PRelu: (call) => [F.prelu(call.input(0), call.input(1))],
  Range: (call) => {
    const integers = call.raw(0).dtype.startsWith('int');
    const [start, end, step] = [0, 1, 2].map((i) => call.value(i, 0));
    return [call.engine.arange(start, end, { step, dtype: integers ? 'i32' : 'f32' })];
  },
  // Swish with a factor, times the other half
  SwiGLU: (call) => {
    const [a, b] = call.inputs();
    return [F.mul(F.mul(a, F.sigmoid(F.mul(a, call.number('alpha', 1)))), b)];
  },
};
