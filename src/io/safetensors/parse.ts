// A safetensors file that is already in memory: named views, no copy.

import type { SafetensorsDType } from './dtype.js';
import { headerLength, LENGTH_BYTES, parseHeader } from './header.js';

/** One tensor's bytes: row-major, packed, little-endian.  May be unaligned for its element size. */
export interface TensorBytes {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** What a safetensors file holds. */
export interface SafetensorsFile {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, TensorBytes>;
}

/**
 * Parses a whole file.  The tensors are views into `bytes`.
 * @param file name for messages
 * @throws SafetensorsError on any breach of the format
 */
export function parseSafetensors(bytes: Uint8Array, file?: string): SafetensorsFile {
  const length = headerLength(bytes, bytes.byteLength, file);
  const json = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
  const header = parseHeader(json, bytes.byteLength, file);
  const tensors = new Map<string, TensorBytes>();
  for (const [name, { dtype, shape, begin, end }] of header.tensors)
    tensors.set(name, { dtype, shape, bytes: bytes.subarray(begin, end) });
  return { metadata: header.metadata, tensors };
}
