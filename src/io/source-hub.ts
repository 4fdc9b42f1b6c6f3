// A checkpoint read over HTTP with nothing but `fetch`, nothing kept: for browsers (whose HTTP cache
// keeps it), edge runtimes, and machines without a writable disk.
import { DownloadError, MissingFileError } from '../errors.js';
import {
  authorization,
  body,
  checkRepoId,
  commitOf,
  contentRange,
  DEFAULT_HOST,
  type HubOptions,
  httpError,
  request,
  resolveUrl,
} from './http.js';
import { checkFileName, type FileOptions, type ReadOptions, type Source } from './source.js';

/**
 * The repository `repo` of a Hub as a Source.  The first answer that names a commit pins it, so that
 * all files come from one commit even if the branch moves meanwhile.
 */
export function hubSource(repo: string, options: HubOptions = {}): Source {
  checkRepoId(repo);
  const { host = DEFAULT_HOST, token, fetch: fetchImpl = globalThis.fetch } = options;
  let revision = options.revision ?? 'main';
  const name = `${host}/${repo} at ${revision}`;
  const sizes = new Map<string, number>();

  async function get(file: string, range: string | undefined, signal?: AbortSignal): Promise<Response> {
    checkFileName(file);
    const url = resolveUrl(host, repo, revision, file);
    const headers = { ...authorization(token), ...(range ? { range: `bytes=${range}` } : {}) };
    const response = await request(fetchImpl, url, { headers, signal });
    revision = commitOf(response) ?? revision;
    // 416 answers a range of an empty file; the caller reads the size from Content-Range.
    if (response.ok || response.status === 416) return response;
    await response.body?.cancel();
    throw httpError(response, url, file, name);
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
