// The header of a safetensors file: 8 bytes of little-endian length N, then N bytes of JSON, then the
// tensors' bytes.  Format: https://github.com/huggingface/safetensors#format.
// A file is untrusted input.  Nothing is allocated by a size it claims, and nothing is returned before
// every rule has been checked: after this, `begin` and `end` of each tensor lie inside the file, cover
// it without overlap or hole, and agree with dtype and shape.
import { SafetensorsError } from '../../errors.js';
import { decodeUtf8, isObject, parseJson } from '../json.js';
import { elementCount, isDType, itemSize, type SafetensorsDType } from './dtype.js';

/** What the header says of one tensor.  `begin` and `end` are byte positions in the file. */
export interface TensorInfo {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  /** In the order of their bytes in the file. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Where the tensors' bytes begin; the header and its length field come before. */
  readonly dataOffset: number;
  /** Length of the whole file in bytes. */
  readonly fileLength: number;
}

/** Bytes of the length field. */
export const LENGTH_BYTES = 8;

/** The cap of the reference implementation; it bounds what parsing a hostile file may cost. */
export const MAX_HEADER_BYTES = 100_000_000;

/** Reads the length field: the number of header bytes that follow it, checked against the file. */
export function headerLength(first: Uint8Array, fileLength: number, file = 'safetensors file'): number {
  if (fileLength < LENGTH_BYTES || first.byteLength < LENGTH_BYTES)
    throw new SafetensorsError(`${file}: ${fileLength} bytes are too few for the 8-byte header length`);
  const view = new DataView(first.buffer, first.byteOffset, LENGTH_BYTES);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES))
    throw new SafetensorsError(`${file}: header length ${length} is over the limit of ${MAX_HEADER_BYTES}`);
  if (length > BigInt(fileLength - LENGTH_BYTES))
    throw new SafetensorsError(
      `${file}: header length ${length} does not fit a file of ${fileLength} bytes; is the file cut short?`,
    );
  return Number(length);
}

/**
 * Parses and validates a header, without the tensors' bytes.
 * @param json the header's bytes, after the length field
 * @param fileLength length of the whole file in bytes
 * @param file name for messages
 * @throws SafetensorsError on any breach of the format
 */
export function parseHeader(
  json: Uint8Array,
  fileLength: number,
  file = 'safetensors file',
): SafetensorsHeader {
  const fail = (what: string): never => {
    throw new SafetensorsError(`${file}: ${what}`);
  };
  const root = readJson(json, file);
  const dataOffset = LENGTH_BYTES + json.byteLength;
  let metadata: ReadonlyMap<string, string> = new Map();
  const found: [string, TensorInfo][] = [];
  for (const [name, value] of Object.entries(root)) {
    if (name === '__metadata__') {
      if (!isObject(value)) return fail('__metadata__ is not an object');
      metadata = readMetadata(value, fail);
    } else {
      found.push([name, readTensor(name, value, dataOffset, fileLength, fail)]);
    }
  }
  // Tensors without elements share their position with a neighbour and must sort before it.
  found.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let at = dataOffset;
  let before = 'the header';
  for (const [name, { begin, end }] of found) {
    if (begin < at) fail(`tensor ${quote(name)} overlaps ${before} by ${at - begin} bytes`);
    if (begin > at)
      fail(`${begin - at} bytes between ${before} and tensor ${quote(name)} belong to no tensor`);
    at = end;
    before = `tensor ${quote(name)}`;
  }
  if (at !== fileLength) fail(`${fileLength - at} bytes after ${before} belong to no tensor`);
  return { metadata, tensors: new Map(found), dataOffset, fileLength };
}

function readJson(json: Uint8Array, file: string): Record<string, unknown> {
  // The format wants '{' as the first byte: no byte order mark, no white space before it.
  if (json[0] !== 0x7b) throw new SafetensorsError(`${file}: the header does not begin with '{'`);
  let root: unknown;
  try {
    root = parseJson(decodeUtf8(json));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message : 'not UTF-8';
    throw new SafetensorsError(`${file}: the header is not valid JSON: ${why}`, { cause });
  }
  return root as Record<string, unknown>;
}

function readMetadata(value: Record<string, unknown>, fail: (what: string) => never): Map<string, string> {
  const metadata = new Map<string, string>();
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') return fail(`__metadata__ ${quote(key)} is not a string`);
    metadata.set(key, text);
  }
  return metadata;
}

function readTensor(
  name: string,
  value: unknown,
  dataOffset: number,
  fileLength: number,
  fail: (what: string) => never,
): TensorInfo {
  const tensor = `tensor ${quote(name)}`;
  if (!isObject(value)) return fail(`${tensor} is not an object`);
  for (const key of Object.keys(value))
    if (key !== 'dtype' && key !== 'shape' && key !== 'data_offsets')
      fail(`${tensor} has an unknown field ${quote(key)}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDType(dtype)) return fail(`${tensor} has dtype ${quote(dtype)}, which is not supported`);
  if (!Array.isArray(shape)) return fail(`${tensor} has no shape`);
  const count = elementCount(shape);
  const size = (count ?? Number.NaN) * itemSize(dtype);
  if (!Number.isSafeInteger(size))
    return fail(`${tensor} has shape ${quote(shape)}, which is not a list of sizes that fit a file`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(Number.isSafeInteger))
    return fail(`${tensor} has data_offsets ${quote(offsets)}, expected [begin, end]`);
  const [begin, end] = offsets as [number, number];
  const dataLength = fileLength - dataOffset;
  if (begin < 0 || end < begin || end > dataLength)
    return fail(`${tensor} has data_offsets ${quote(offsets)} outside the ${dataLength} bytes of data`);
  if (end - begin !== size)
    return fail(`${tensor} has ${end - begin} bytes, but ${dtype} ${quote(shape)} takes ${size}`);
  return { dtype, shape: [...shape], begin: dataOffset + begin, end: dataOffset + end };
}

// Values come from the file: cut, so that a hostile one cannot make a message of megabytes.
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
