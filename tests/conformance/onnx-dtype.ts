// ONNX element types, from little-endian bytes to exact numbers.
import { brainValue, halfValue } from '../reference/half.js';

const BITS = {
  float64: 64,
  float32: 32,
  float16: 16,
  bfloat16: 16,
  int64: 64,
  int32: 32,
  int16: 16,
  int8: 8,
  int4: 4,
  int2: 2,
  uint64: 64,
  uint32: 32,
  uint16: 16,
  uint8: 8,
  uint4: 4,
  uint2: 2,
  bool: 8,
} as const;

type Decodable = keyof typeof BITS;

/** Those without a reader occur only in cases that the engine cannot hold: no dtype of ours has 8-bit floats. */
export type OnnxDType =
  | Decodable
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'float8e8m0'
  | 'float4e2m1'
  | 'string';

/** ONNX's TensorProto.DataType numbers, for attributes such as `to`. */
export const ONNX_CODES: Readonly<Record<number, OnnxDType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
};

/** @throws unless there is a reader for the dtype, the bytes are as many as n elements take, and each value is exact */
export function decodeElements(dtype: OnnxDType, bytes: Uint8Array, n: number, name: string): Float64Array {
  if (!Object.hasOwn(BITS, dtype)) throw new Error(`${name}: no reader for ${dtype}`);
  const bits = BITS[dtype as Decodable];
  if (bytes.length !== Math.ceil((n * bits) / 8))
    throw new Error(`${name}: ${bytes.length} bytes for ${n} elements of ${dtype}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[i] = element(view, dtype as Decodable, i, bits);
  return out;
}

function element(view: DataView, dtype: Decodable, i: number, bits: number): number {
  const at = (i * bits) >> 3;
  switch (dtype) {
    case 'float64':
      return view.getFloat64(at, true);
    case 'float32':
      return view.getFloat32(at, true);
    case 'float16':
      return halfValue(view.getUint16(at, true));
    case 'bfloat16':
      return brainValue(view.getUint16(at, true));
    case 'int64':
      return exact(view.getBigInt64(at, true));
    case 'uint64':
      return exact(view.getBigUint64(at, true));
    case 'int32':
      return view.getInt32(at, true);
    case 'uint32':
      return view.getUint32(at, true);
    case 'int16':
      return view.getInt16(at, true);
    case 'uint16':
      return view.getUint16(at, true);
    case 'int8':
      return view.getInt8(at);
    case 'uint8':
    case 'bool':
      return view.getUint8(at);
    default:
      return packed(view.getUint8(at) >> ((i * bits) & 7), bits, dtype.startsWith('i'));
  }
}

/** The lowest bits of a byte; the first element of several lies lowest. */
function packed(byte: number, bits: number, signed: boolean): number {
  const value = byte & ((1 << bits) - 1);
  return signed && value >> (bits - 1) ? value - (1 << bits) : value;
}

function exact(wide: bigint): number {
  const value = Number(wide);
  if (BigInt(value) !== wide) throw new Error(`${wide} is not exact as a double`);
  return value;
}
