// Part of the Node door.  A checkpoint folder on disk.
import type { FileHandle } from 'node:fs/promises';
import { MissingFileError } from '../../errors.js';
import { checkFileName, type ReadOptions, type Source } from '../source.js';

// Large enough that a system call is rare, small enough that a chunk stays in the processor's cache.
const CHUNK_BYTES = 1 << 20;

/** When first asked for a file, as other things of Node's that a first result does not need. */
const files = (): Promise<typeof import('node:fs/promises')> => import('node:fs/promises');

/** The folder at `path` as a Source.  Nothing is read ahead and nothing is kept. */
export function folderSource(path: string): Source {
  const locate = (file: string): string => {
    checkFileName(file);
    return `${path}/${file}`;
  };

  async function size(file: string): Promise<number> {
    const { stat } = await files();
    const found = await stat(locate(file)).catch(absent(file, path));
    if (!found.isFile()) throw new MissingFileError(file, path);
    return found.size;
  }

  async function* read(
    file: string,
    { begin = 0, end, signal }: ReadOptions = {},
  ): AsyncGenerator<Uint8Array> {
    signal?.throwIfAborted();
    const { open } = await files();
    const handle: FileHandle = await open(locate(file), 'r').catch(absent(file, path));
    try {
      const stop = Math.min(end ?? Number.MAX_SAFE_INTEGER, (await handle.stat()).size);
      for (let at = begin; at < stop; ) {
        signal?.throwIfAborted();
        const chunk = new Uint8Array(Math.min(CHUNK_BYTES, stop - at));
        const { bytesRead } = await handle.read(chunk, 0, chunk.byteLength, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield chunk.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  async function has(file: string): Promise<boolean> {
    const { stat } = await files();
    const found = await stat(locate(file)).catch(() => undefined);
    return found?.isFile() ?? false;
  }

  return { name: path, has, size, read };
}

function absent(file: string, path: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
      throw new MissingFileError(file, path, { cause });
    throw cause;
  };
}
