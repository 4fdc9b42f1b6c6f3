// Where the files of a checkpoint come from: a folder, the Hub, a cache, a Map, a bucket, a `File`.
// The interface is three methods so that anyone can write one; all else is in the helpers below.
import { ArgumentError, ConfigError, SourceError } from '../errors.js';
import { decodeUtf8, parseJson } from './json.js';

/** What every request to a source may carry. */
export interface FileOptions {
  /** Aborts the request; `signal.reason` is thrown. */
  readonly signal?: AbortSignal;
}

/** Which part of a file to read, in bytes. */
export interface ReadOptions extends FileOptions {
  /** First byte, by default 0. */
  readonly begin?: number;
  /** Byte after the last, by default the length of the file. */
  readonly end?: number;
}

/**
 * A folder of files, named by relative paths with `/` between segments (`1_Pooling/config.json`).
 * A method given a file that is not there throws MissingFileError; `has` answers false.
 */
export interface Source {
  /** For messages: a path or an URL. */
  readonly name: string;
  /** Whether there is such a file. */
  has(file: string, options?: FileOptions): Promise<boolean>;
  /** Length in bytes. */
  size(file: string, options?: FileOptions): Promise<number>;
  /**
   * The bytes of `[begin, end)` in order, in chunks of the source's own choice.  A chunk may be a view of
   * memory that the source keeps; the reader must not write to it.
   */
  read(file: string, options?: ReadOptions): AsyncIterable<Uint8Array>;
}

/** Told after each chunk of a longer read; bytes. */
export type OnProgress = (progress: { file: string; loaded: number; total: number }) => void;

/** Refuses a file name that could leave the source's folder, on any operating system. */
export function checkFileName(file: string): void {
  // Control characters by what they are not: \p{Cc} in a pattern costs at the start of every program that reads this.
  const unsafe = /[\\:*?"<>|]|[^ -~\xa0-\u{10ffff}]/u;
  const safe = file
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !unsafe.test(part));
  if (!safe) throw new ArgumentError(`file name ${JSON.stringify(file)} is not a plain relative path`);
}

/** Reads `[begin, end)`, by default a whole file.  One chunk from the source is passed on without a copy. */
export async function readBytes(
  source: Source,
  file: string,
  options: ReadOptions & { onProgress?: OnProgress } = {},
): Promise<Uint8Array> {
  const { signal, onProgress, begin = 0 } = options;
  const end = options.end ?? (await source.size(file, { signal }));
  const total = end - begin;
  const wrong = (got: string) =>
    new SourceError(`${file} of ${source.name}: ${total} bytes expected, ${got} came`);
  let whole: Uint8Array | undefined;
  let loaded = 0;
  for await (const chunk of source.read(file, { begin, end, signal })) {
    if (loaded + chunk.byteLength > total) throw wrong('more');
    if (chunk.byteLength === total) whole = chunk;
    else {
      whole ??= new Uint8Array(total);
      whole.set(chunk, loaded);
    }
    loaded += chunk.byteLength;
    onProgress?.({ file, loaded, total });
  }
  if (loaded < total) throw wrong(String(loaded));
  return whole ?? new Uint8Array(0);
}

/** Reads a UTF-8 text file. */
export async function readText(source: Source, file: string, options?: FileOptions): Promise<string> {
  const bytes = await readBytes(source, file, options);
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw new ConfigError(`${file} of ${source.name} is not UTF-8 text`, { cause });
  }
}

/** Reads a JSON file, strictly: a repeated key is refused. */
export async function readJson(source: Source, file: string, options?: FileOptions): Promise<unknown> {
  const text = await readText(source, file, options);
  try {
    return parseJson(text);
  } catch (cause) {
    throw new ConfigError(`${file} of ${source.name} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
