// Part of the Node door.  Brings one file into the cache: continued where an earlier attempt broke off,
// checked against its hash, and in its place only when whole.
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DownloadError } from '../../errors.js';
import { authorization, body, contentRange, httpError, request, resolveUrl } from '../http.js';
import { digestFor, hasDigest } from './digest.js';
import type { Remote, RemoteFile } from './remote.js';

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** Told the bytes on disk so far. */
  readonly onBytes?: (loaded: number) => void;
  /** Attempts in a row that may end without a byte gained; by default 5. */
  readonly attempts?: number;
  /** Pause before the second of them, doubled for each further one; milliseconds, by default 500. */
  readonly retryDelay?: number;
}

/**
 * Downloads `file` to `blob` by way of `partial`, which is kept when the connection breaks or the signal
 * aborts, and continued by the next call.  The caller holds the lock on both.
 * @throws DownloadError, also for content that is not what its hash says
 */
export async function downloadBlob(
  remote: Remote,
  file: string,
  meta: RemoteFile,
  paths: { readonly blob: string; readonly partial: string },
  options: DownloadOptions = {},
): Promise<void> {
  const { signal, attempts = 5, retryDelay = 500 } = options;
  await mkdir(dirname(paths.blob), { recursive: true });
  // Without a hash nothing would notice two halves of different versions.
  if (!hasDigest(meta)) await rm(paths.partial, { force: true });
  const state: Progress = { resumedAt: 0, at: 0 };
  for (let fruitless = 0; ; ) {
    try {
      const hash = await fetchRest(remote, file, meta, paths.partial, state, options);
      if (hash === undefined || hash === meta.etag) break;
      await rm(paths.partial, { force: true });
      // An old half may be to blame, so one clean attempt follows; a fresh download has no excuse.
      if (state.resumedAt === 0) {
        const url = resolveUrl(remote.host, remote.repo, meta.commit, file);
        throw new DownloadError(`${url}: the content's hash is ${hash}, expected ${meta.etag}`, url, 200);
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!isTransient(error)) throw error;
      fruitless = state.at > state.resumedAt ? 1 : fruitless + 1;
      if (fruitless >= attempts) throw error;
      const pause = retryDelay * 2 ** (fruitless - 1);
      await sleep(pause, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
  await rename(paths.partial, paths.blob);
}

/** Bytes on disk when the last attempt began, and now. */
interface Progress {
  resumedAt: number;
  at: number;
}

/** One request for what is missing.  Returns the hash of the whole file. */
async function fetchRest(
  remote: Remote,
  file: string,
  meta: RemoteFile,
  partial: string,
  state: Progress,
  { signal, onBytes }: DownloadOptions,
): Promise<string | undefined> {
  const handle = await open(partial, 'a');
  try {
    let digest = await digestFor(meta);
    state.at = (await handle.stat()).size;
    if (state.at > meta.size) state.at = await empty(handle);
    state.resumedAt = state.at;
    if (state.at > 0 && digest) await hashFile(partial, digest);
    if (state.at < meta.size) {
      const url = resolveUrl(remote.host, remote.repo, meta.commit, file);
      const response = await requestFrom(remote, url, file, state.at, signal);
      if (response.status !== 206 && state.at > 0) {
        // The server does not resume and sends all of it.
        state.resumedAt = state.at = await empty(handle);
        digest = await digestFor(meta);
      }
      for await (const chunk of body(response, url, signal)) {
        if (state.at + chunk.byteLength > meta.size)
          throw new DownloadError(`${url}: more than the promised ${meta.size} bytes`, url, response.status);
        await handle.appendFile(chunk);
        digest?.update(chunk);
        state.at += chunk.byteLength;
        onBytes?.(state.at);
      }
      if (state.at < meta.size)
        throw new DownloadError(`${url}: the connection ended at byte ${state.at} of ${meta.size}`, url);
    }
    await handle.sync();
    return digest?.digest('hex');
  } finally {
    await handle.close();
  }
}

async function requestFrom(
  remote: Remote,
  url: string,
  file: string,
  begin: number,
  signal?: AbortSignal,
): Promise<Response> {
  const range: Record<string, string> = begin > 0 ? { range: `bytes=${begin}-` } : {};
  const headers = { ...authorization(remote.token), 'accept-encoding': 'identity', ...range };
  const response = await request(remote.fetch, url, { headers, signal });
  if (response.ok && (response.status !== 206 || contentRange(response).begin === begin)) return response;
  await response.body?.cancel();
  if (!response.ok) throw httpError(response, url, file, `${remote.host}/${remote.repo}`);
  throw new DownloadError(
    `${url}: asked from byte ${begin}, got ${response.headers.get('content-range')}`,
    url,
    206,
  );
}

async function empty(handle: FileHandle): Promise<0> {
  await handle.truncate(0);
  return 0;
}

async function hashFile(path: string, digest: Hash): Promise<void> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
    digest.update(chunk as Buffer);
}

/** Worth another attempt: a broken connection, or a server that says "later". */
function isTransient(error: unknown): boolean {
  if (!(error instanceof DownloadError)) return false;
  const { status } = error;
  return status === undefined || status === 408 || status === 429 || status >= 500;
}
