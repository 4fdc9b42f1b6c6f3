// Builds safetensors files by hand, independently of the writer under test, so that a file can be wrong
// in exactly one way.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A file from raw parts.  `length` overrides the length field, to lie with. */
export function rawFile(header: string | Uint8Array, data: Uint8Array, length?: bigint): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const file = new Uint8Array(8 + json.byteLength + data.byteLength);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(json.byteLength), true);
  file.set(json, 8);
  file.set(data, 8 + json.byteLength);
  return file;
}

export function jsonFile(header: Json, data: Uint8Array): Uint8Array {
  return rawFile(JSON.stringify(header), data);
}

/** 0, 1, 2, … as bytes. */
export function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i & 255);
}

/** Three tensors, one without elements, one scalar, and metadata: 21 bytes of data. */
export function smallFile(): Uint8Array {
  return jsonFile(
    {
      __metadata__: { format: 'pt' },
      weight: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
      empty: { dtype: 'F16', shape: [0, 7], data_offsets: [16, 16] },
      scale: { dtype: 'F32', shape: [], data_offsets: [16, 20] },
      flag: { dtype: 'BOOL', shape: [1], data_offsets: [20, 21] },
    },
    counting(21),
  );
}
