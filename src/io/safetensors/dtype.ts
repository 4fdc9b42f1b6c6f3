// The element types of the safetensors format that this package reads, with their size in bytes.
// The order is that of the reference implementation's enum: it decides the order of tensors in a file
// (widest first, so that every tensor starts aligned to its own element size).
export const DTYPES = ['BOOL', 'U8', 'I8', 'I16', 'F16', 'BF16', 'I32', 'F32', 'F64', 'I64'] as const;

export type SafetensorsDType = (typeof DTYPES)[number];

const ITEM_SIZE: Readonly<Record<SafetensorsDType, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  I16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
};

export function isDType(value: unknown): value is SafetensorsDType {
  return typeof value === 'string' && (DTYPES as readonly string[]).includes(value);
}

/** Bytes of one element. */
export function itemSize(dtype: SafetensorsDType): number {
  return ITEM_SIZE[dtype];
}

/**
 * Number of elements of a shape (1 for a scalar), or undefined where the shape is not made of safe
 * non-negative integers or the product is not exact in a double.
 */
export function elementCount(shape: readonly unknown[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return undefined;
    count *= size;
    // Checked at each step: [2^40, 2^40, 0] is refused by the reference implementation too.
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}
