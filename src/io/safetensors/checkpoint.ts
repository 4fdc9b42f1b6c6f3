// The weights of a model folder, whether in one file or in shards under an index: one list of tensors,
// known and validated from the headers before any weight is read.
import { ArgumentError, MissingFileError, SafetensorsError } from '../../errors.js';
import { type FileOptions, readText, type Source } from '../source.js';
import type { SafetensorsHeader, TensorInfo } from './header.js';
import { type PartsOptions, readHeader, readParts, readTensor, type TensorPart } from './reader.js';
import { parseShardIndex, type ShardIndex } from './shards.js';

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

export interface CheckpointTensor extends TensorInfo {
  /** The file that holds it. */
  readonly file: string;
}

export interface Checkpoint {
  readonly source: Source;
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  /** Of each weight file, by name. */
  readonly headers: ReadonlyMap<string, SafetensorsHeader>;
  /** Bytes of all tensors. */
  readonly byteLength: number;
}

/**
 * Opens `model.safetensors`, or else the shards that `model.safetensors.index.json` names; reads headers only.
 * @throws MissingFileError where neither or not every shard is there, SafetensorsError where they contradict
 */
export async function openCheckpoint(source: Source, options: FileOptions = {}): Promise<Checkpoint> {
  const index = (await source.has(SINGLE, options)) ? undefined : await readIndex(source, options);
  const headers = new Map<string, SafetensorsHeader>();
  const tensors = new Map<string, CheckpointTensor>();
  let byteLength = 0;
  for (const file of index?.shards ?? [SINGLE]) {
    const header = await readHeader(source, file, options);
    headers.set(file, header);
    byteLength += header.fileLength - header.dataOffset;
    for (const [name, info] of header.tensors) {
      if (index !== undefined && index.weightMap.get(name) !== file)
        throw new SafetensorsError(
          `${file} holds ${JSON.stringify(name)}, which ${INDEX} ${index.weightMap.has(name) ? `puts into ${index.weightMap.get(name)}` : 'does not list'}`,
        );
      tensors.set(name, { ...info, file });
    }
  }
  for (const [name, file] of index?.weightMap ?? [])
    if (!tensors.has(name))
      throw new SafetensorsError(
        `${INDEX} puts ${JSON.stringify(name)} into ${file}, which does not hold it`,
      );
  return { source, tensors, headers, byteLength };
}

async function readIndex(source: Source, options: FileOptions): Promise<ShardIndex> {
  if (!(await source.has(INDEX, options))) throw new MissingFileError(`${SINGLE} or ${INDEX}`, source.name);
  const index = parseShardIndex(await readText(source, INDEX, options), INDEX);
  // All at once: a half-copied folder is diagnosed in one go.
  const missing: string[] = [];
  for (const shard of index.shards) if (!(await source.has(shard, options))) missing.push(shard);
  if (missing.length > 0) throw new MissingFileError(missing.join(', '), source.name);
  return index;
}

/** Reads one tensor's bytes. */
export async function readCheckpointTensor(
  { source, tensors, headers }: Checkpoint,
  name: string,
  options?: FileOptions,
): Promise<Uint8Array> {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new ArgumentError(`${source.name} has no tensor ${JSON.stringify(name)}`);
  return readTensor(source, tensor.file, headers.get(tensor.file)!, name, options);
}

/** All wanted tensors of all files in parts, each file in one sequential read; see `readParts`. */
export async function* readCheckpointParts(
  { source, headers }: Checkpoint,
  options?: PartsOptions,
): AsyncGenerator<TensorPart> {
  for (const [file, header] of headers) yield* readParts(source, file, header, options);
}
