// Files behind URLs, read with nothing but `fetch`, nothing kept: for browsers (whose HTTP cache keeps them),
// edge runtimes, and machines without a writable disk.
import { DownloadError, MissingFileError } from '../errors.js';
import { body, contentRange, httpError, request } from './http.js';
import { checkFileName, type FileOptions, type ReadOptions, type Source } from './source.js';

export interface HttpFolder {
  readonly name: string;
  /** Where a file is, as of now. */
  urlOf(file: string): string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
  /** Looks at an answer before its body is read; false if it is no such file after all. */
  admit(response: Response): boolean;
}

export function httpSource({ name, urlOf, headers, fetch, admit }: HttpFolder): Source {
  const sizes = new Map<string, number>();

  async function get(file: string, range: string | undefined, signal?: AbortSignal): Promise<Response> {
    checkFileName(file);
    const url = urlOf(file);
    const response = await request(fetch, url, {
      headers: { ...headers, ...(range ? { range: `bytes=${range}` } : {}) },
      signal,
    });
    const admitted = admit(response);
    // 416 answers a range of an empty file; the caller reads the size from Content-Range.
    if (admitted && (response.ok || response.status === 416)) return response;
    await response.body?.cancel();
    throw admitted ? httpError(response, url, file, name) : new MissingFileError(file, name);
  }

  // One byte is asked for, not HEAD: through a CDN with compression, HEAD's Content-Length is that of the
  // compressed form, while Content-Range always counts the file's own bytes.
  async function size(file: string, { signal }: FileOptions = {}): Promise<number> {
    const known = sizes.get(file);
    if (known !== undefined) return known;
    const response = await get(file, '0-0', signal);
    await response.body?.cancel();
    const length = response.headers.get('content-length');
    const plain = response.status === 200 && !response.headers.has('content-encoding') && length !== null;
    const total = contentRange(response).total ?? (plain ? Number(length) : undefined);
    if (total === undefined)
      throw new DownloadError(
        `${response.url}: the server does not tell the size`,
        response.url,
        response.status,
      );
    sizes.set(file, total);
    return total;
  }

  async function* read(
    file: string,
    { begin = 0, end, signal }: ReadOptions = {},
  ): AsyncGenerator<Uint8Array> {
    if (end !== undefined && end <= begin) return;
    const part = begin > 0 || end !== undefined;
    const response = await get(
      file,
      part ? `${begin}-${end === undefined ? '' : end - 1}` : undefined,
      signal,
    );
    if (response.status === 416) return void (await response.body?.cancel());
    // A server may ignore the range and send all: then what was not asked for is passed over here.
    let at = response.status === 206 ? (contentRange(response).begin ?? begin) : 0;
    if (at > begin)
      throw new DownloadError(`${response.url}: asked from byte ${begin}, got from ${at}`, response.url, 206);
    for await (const chunk of body(response, response.url, signal)) {
      const wanted = chunk.subarray(
        Math.max(0, begin - at),
        end === undefined ? undefined : Math.max(0, end - at),
      );
      at += chunk.byteLength;
      if (wanted.byteLength > 0) yield wanted;
      if (end !== undefined && at >= end) return;
    }
  }

  async function has(file: string, options?: FileOptions): Promise<boolean> {
    try {
      await size(file, options);
      return true;
    } catch (error) {
      if (error instanceof MissingFileError) return false;
      throw error;
    }
  }

  return { name, has, size, read };
}
