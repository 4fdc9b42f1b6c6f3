// Reads a safetensors file from a Source, one tensor at a time or in parts of one, so that the weights
// are never in memory twice: what comes can go straight into the engine's memory and be dropped.
import { ArgumentError, SafetensorsError } from '../../errors.js';
import { ChunkReader } from '../chunks.js';
import { type FileOptions, readBytes, type Source } from '../source.js';
import { itemSize } from './dtype.js';
import {
  headerLength,
  LENGTH_BYTES,
  parseHeader,
  type SafetensorsHeader,
  type TensorInfo,
} from './header.js';

/** A run of whole elements of one tensor. */
export interface TensorPart {
  readonly name: string;
  readonly info: TensorInfo;
  /** Index of the first element of this part, in the flattened tensor. */
  readonly element: number;
  readonly bytes: Uint8Array;
}

// The first read takes the length field and, for most checkpoints, the whole header with it.
const FIRST_READ = 65_536;

/** Reads and validates the header alone: what `inspect` needs, a few kilobytes of any checkpoint. */
export async function readHeader(
  source: Source,
  file: string,
  { signal }: FileOptions = {},
): Promise<SafetensorsHeader> {
  const size = await source.size(file, { signal });
  const first = await readBytes(source, file, { begin: 0, end: Math.min(size, FIRST_READ), signal });
  const end = LENGTH_BYTES + headerLength(first, size, file);
  if (end <= first.byteLength) return parseHeader(first.subarray(LENGTH_BYTES, end), size, file);
  return parseHeader(await readBytes(source, file, { begin: LENGTH_BYTES, end, signal }), size, file);
}

/** Reads one tensor's bytes. */
export async function readTensor(
  source: Source,
  file: string,
  header: SafetensorsHeader,
  name: string,
  { signal }: FileOptions = {},
): Promise<Uint8Array> {
  const info = header.tensors.get(name);
  if (info === undefined) throw new ArgumentError(`${file} holds no tensor ${JSON.stringify(name)}`);
  return readBytes(source, file, { begin: info.begin, end: info.end, signal });
}

export interface PartsOptions extends FileOptions {
  /** Which tensors to read, by default all.  Others are passed over. */
  readonly wanted?: (name: string) => boolean;
  /** The most bytes of one part; by default as large as the source's chunks. */
  readonly maxBytes?: number;
}

/**
 * All wanted tensors in the file's order and in parts, from one sequential read.  A tensor without
 * elements gives one empty part, so that every wanted name is seen.
 */
export async function* readParts(
  source: Source,
  file: string,
  header: SafetensorsHeader,
  { wanted = () => true, maxBytes = Number.MAX_SAFE_INTEGER, signal }: PartsOptions = {},
): AsyncGenerator<TensorPart> {
  const names = [...header.tensors].filter(([name]) => wanted(name));
  if (names.length === 0) return;
  let at = names[0][1].begin;
  const end = names[names.length - 1][1].end;
  const chunks = new ChunkReader(source.read(file, { begin: at, end, signal }));
  try {
    for (const [name, info] of names) {
      await chunks.skip(info.begin - at);
      const unit = itemSize(info.dtype);
      const limit = Math.max(unit, maxBytes - (maxBytes % unit));
      at = info.begin;
      do {
        signal?.throwIfAborted();
        const left = info.end - at;
        const bytes = left === 0 ? new Uint8Array(0) : await chunks.takeSome(Math.min(left, limit), unit);
        yield { name, info, element: (at - info.begin) / unit, bytes };
        at += bytes.byteLength;
      } while (at < info.end);
    }
  } catch (cause) {
    if (cause instanceof RangeError) throw new SafetensorsError(`${file}: ${cause.message}`, { cause });
    throw cause;
  } finally {
    await chunks.close();
  }
}
