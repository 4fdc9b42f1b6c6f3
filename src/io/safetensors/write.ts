// The inverse of parse.ts, for what training makes.
import { ArgumentError } from '../../errors.js';
import { DTYPES, elementCount, itemSize } from './dtype.js';
import { LENGTH_BYTES, MAX_HEADER_BYTES } from './header.js';
import type { TensorBytes } from './parse.js';

/**
 * Writes a safetensors file: tensors by falling element size, then by name, as the reference
 * implementation orders them, and a header padded with spaces so that the data starts 8-byte aligned.
 * Equal input gives equal bytes, whatever its order.
 * @throws ArgumentError where bytes, dtype and shape of a tensor disagree, or on a name that cannot be written
 */
export function writeSafetensors(
  tensors: Iterable<readonly [string, TensorBytes]>,
  metadata: Iterable<readonly [string, string]> = [],
): Uint8Array<ArrayBuffer> {
  const sorted = [...tensors].sort(
    ([a, s], [b, t]) => DTYPES.indexOf(t.dtype) - DTYPES.indexOf(s.dtype) || compare(a, b),
  );
  const entries: string[] = [];
  const add = (name: string, value: unknown) =>
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  // Metadata is an object only here, at the last step, and by entries: a key "__proto__" stays a key.
  const meta = [...metadata].sort(([a], [b]) => compare(a, b));
  if (meta.length > 0) add('__metadata__', Object.fromEntries(meta));
  const names = new Set<string>();
  let at = 0;
  for (const [name, { dtype, shape, bytes }] of sorted) {
    if (name === '__metadata__' || names.has(name) || /\p{Surrogate}/u.test(name))
      throw new ArgumentError(
        `tensor name ${JSON.stringify(name)} is reserved, given twice or not valid Unicode`,
      );
    names.add(name);
    const size = (elementCount(shape) ?? Number.NaN) * itemSize(dtype);
    if (size !== bytes.byteLength)
      throw new ArgumentError(
        `tensor ${JSON.stringify(name)}: ${dtype} [${shape}] takes ${size} bytes, got ${bytes.byteLength}`,
      );
    add(name, { dtype, shape, data_offsets: [at, at + size] });
    at += size;
  }
  const header = new TextEncoder().encode(`{${entries.join(',')}}`);
  const padded = Math.ceil(header.byteLength / 8) * 8;
  if (padded > MAX_HEADER_BYTES)
    throw new ArgumentError(`the header takes ${padded} bytes; the format allows ${MAX_HEADER_BYTES}`);
  const file = new Uint8Array(LENGTH_BYTES + padded + at);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + padded);
  file.set(header, LENGTH_BYTES);
  let position = LENGTH_BYTES + padded;
  for (const [, { bytes }] of sorted) {
    file.set(bytes, position);
    position += bytes.byteLength;
  }
  return file;
}

// By code unit, never by locale: the file must not depend on the machine.
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
