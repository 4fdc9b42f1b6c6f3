// Element types.  Arithmetic is f32; f16 and bf16 are storage, i32 holds indices, bool is one byte.

/** Types of elements: arithmetic is f32, indices are i32; f16 and bf16 are stored, not calculated with. */
export type DType = 'f32' | 'f16' | 'bf16' | 'i32' | 'i8' | 'u8' | 'bool';

/** The typed array that shows a dtype's elements; f16 and bf16 show their raw 16 bits. */
export type TypedArray = Float32Array | Int32Array | Uint16Array | Int8Array | Uint8Array;

const BYTES: Record<DType, 1 | 2 | 4> = { f32: 4, f16: 2, bf16: 2, i32: 4, i8: 1, u8: 1, bool: 1 };

/** Bytes of one element. */
export function itemSize(dtype: DType): 1 | 2 | 4 {
  return BYTES[dtype];
}

export function isDType(name: string): name is DType {
  return Object.hasOwn(BYTES, name);
}

/** A view of `n` elements at byte `offset` of `buffer`. */
export function viewOf(dtype: DType, buffer: ArrayBufferLike, offset: number, n: number): TypedArray {
  switch (dtype) {
    case 'f32':
      return new Float32Array(buffer, offset, n);
    case 'i32':
      return new Int32Array(buffer, offset, n);
    case 'f16':
    case 'bf16':
      return new Uint16Array(buffer, offset, n);
    case 'i8':
      return new Int8Array(buffer, offset, n);
    case 'u8':
    case 'bool':
      return new Uint8Array(buffer, offset, n);
  }
}
