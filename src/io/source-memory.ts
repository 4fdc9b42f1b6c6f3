// Files that are already in memory: bundled with a page, picked by a user, made by a test.
import { MissingFileError } from '../errors.js';
import { checkFileName, type Source } from './source.js';

/** A source over a Map of files.  Reads are views of the bytes given; texts are taken as UTF-8. */
export function memorySource(
  files: Iterable<readonly [string, Uint8Array | string]>,
  name = 'memory',
): Source {
  const bytes = new Map<string, Uint8Array>();
  for (const [file, content] of files) {
    checkFileName(file);
    bytes.set(file, typeof content === 'string' ? new TextEncoder().encode(content) : content);
  }
  const find = (file: string): Uint8Array => {
    const content = bytes.get(file);
    if (content === undefined) throw new MissingFileError(file, name);
    return content;
  };
  return {
    name,
    has: async (file) => bytes.has(file),
    size: async (file) => find(file).byteLength,
    async *read(file, { begin, end, signal } = {}) {
      signal?.throwIfAborted();
      const part = find(file).subarray(begin, end);
      if (part.byteLength > 0) yield part;
    },
  };
}
