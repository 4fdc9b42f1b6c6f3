// One case seen from an adapter: inputs as tensors of our dtypes, attributes by name with their defaults.
import type { Engine } from '../../../src/node.js';
import type { DType } from '../../../src/tensor/dtype.js';
import { Tensor } from '../../../src/tensor/tensor.js';
import type { OnnxCase, OnnxTensor } from '../onnx-cases.js';
import type { OnnxDType } from '../onnx-dtype.js';

/** The outputs of a case in order; null for one that the operator does not give. */
export type Adapter = (call: Call) => (Tensor | null)[];

/**
 * The dtype in which the engine holds a type of ONNX.  Floats are computed in f32: what is rounded to 16
 * bits is rounded again at the end.  Wide integers hold indices here, and have to fit into 32 bits.
 */
export const HELD: Partial<Record<OnnxDType, DType>> = {
  float64: 'f32',
  float32: 'f32',
  float16: 'f32',
  bfloat16: 'f32',
  int64: 'i32',
  int32: 'i32',
  int16: 'i32',
  uint64: 'i32',
  uint32: 'i32',
  uint16: 'i32',
  int8: 'i8',
  uint8: 'u8',
  bool: 'bool',
};

export class Call {
  constructor(
    readonly engine: Engine,
    readonly onnx: OnnxCase,
  ) {}

  get opset(): number {
    return this.onnx.opset;
  }

  /** How many inputs the case names. */
  get count(): number {
    return this.onnx.inputs.length;
  }

  has(i: number): boolean {
    return Boolean(this.onnx.inputs[i]);
  }

  raw(i: number): OnnxTensor {
    const v = this.onnx.inputs[i];
    if (!v) throw new Error(`${this.onnx.name} has no input ${i}`);
    return v;
  }

  input(i: number): Tensor {
    const v = this.raw(i);
    const dtype = HELD[v.dtype];
    if (!dtype) throw new Error(`the engine has no dtype for ${v.dtype}`);
    const t = Tensor.from(this.engine.arena, v.data, v.shape, dtype);
    if (dtype === 'i32' && t.data.some((x, k) => x !== v.data[k]))
      throw new Error(`${v.name}: ${v.dtype} values beyond 32 bits`);
    return t;
  }

  optional(i: number): Tensor | null {
    return this.has(i) ? this.input(i) : null;
  }

  inputs(): Tensor[] {
    return this.onnx.inputs.map((_, i) => this.input(i));
  }

  /** The values of an input that is a parameter rather than data, such as axes or a shape. */
  values(i: number): number[] | null {
    return this.has(i) ? Array.from(this.raw(i).data) : null;
  }

  /** The same for a parameter of one value. */
  value(i: number, fallback: number): number {
    return this.values(i)?.[0] ?? fallback;
  }

  number(name: string, fallback: number): number {
    return (this.onnx.attributes[name] as number | undefined) ?? fallback;
  }

  text(name: string, fallback: string): string {
    return (this.onnx.attributes[name] as string | undefined) ?? fallback;
  }

  numbers(name: string): number[] | null {
    return (this.onnx.attributes[name] as number[] | undefined) ?? null;
  }
}
