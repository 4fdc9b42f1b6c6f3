// What an HTTP answer from the Hub (or from any server laid out like it) means.
import { ArgumentError, DownloadError, MissingFileError } from '../errors.js';

/** Which repository, and how to reach it. */
export interface HubOptions {
  /** Branch, tag or commit; by default `main`. */
  readonly revision?: string;
  /** By default https://huggingface.co. */
  readonly host?: string;
  /** Access token for private and gated repositories; sent to `host` only. */
  readonly token?: string;
  /** Replacement for the global `fetch`: proxies, tests, request headers. */
  readonly fetch?: typeof fetch;
}

export const DEFAULT_HOST = 'https://huggingface.co';

/** Refuses what is not `name` or `owner/name` as the Hub spells them; both become parts of paths. */
export function checkRepoId(repo: string): void {
  if (!/^(?:[\w-][\w.-]{0,95}\/)?[\w-][\w.-]{0,95}$/.test(repo) || repo.includes('..'))
    throw new ArgumentError(`model ${JSON.stringify(repo)} is not of the form "owner/name"`);
}

/** `{host}/{repo}/resolve/{revision}/{file}`; a revision is one segment, so `refs/pr/1` is escaped. */
export function resolveUrl(host: string, repo: string, revision: string, file: string): string {
  const path = file.split('/').map(encodeURIComponent).join('/');
  return `${host.replace(/\/+$/, '')}/${repo}/resolve/${encodeURIComponent(revision)}/${path}`;
}

export function authorization(token: string | undefined): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** The commit that a revision stood for when the server answered, where the server says so. */
export function commitOf(response: Response): string | undefined {
  const commit = response.headers.get('x-repo-commit');
  return commit !== null && /^[0-9a-f]{40}$/.test(commit) ? commit : undefined;
}

const HINTS: Readonly<Record<string, string>> = {
  RepoNotFound: 'no such repository, or it is private and the token does not open it',
  RevisionNotFound: 'the repository has no such revision',
  GatedRepo: 'the repository is gated: accept its terms on its page, then give a token',
};

/** The error for an answer that is not a success.  A file that is not there is a MissingFileError. */
export function httpError(response: Response, url: string, file: string, source: string): Error {
  const code = response.headers.get('x-error-code') ?? '';
  const { status } = response;
  // A server without error codes says no more than 404; for the Hub's own, only EntryNotFound is the file.
  if (status === 404 && (code === '' || code === 'EntryNotFound')) return new MissingFileError(file, source);
  const hint =
    HINTS[code] ?? (status === 401 || status === 403 ? 'the token is missing or not allowed here' : '');
  return new DownloadError(`${url}: HTTP ${status}${hint && `: ${hint}`}`, url, status);
}

/** `fetch`, with its bare "fetch failed" turned into a DownloadError that names the URL; aborts pass. */
export async function request(
  fetchImpl: typeof fetch,
  url: string,
  init: RequestInit & { signal?: AbortSignal },
): Promise<Response> {
  init.signal?.throwIfAborted();
  try {
    return await fetchImpl(url, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    throw unreachable(url, cause);
  }
}

/** The error for a connection that could not be made or broke. */
export function unreachable(url: string, cause: unknown): DownloadError {
  // Node puts the reason (ECONNREFUSED …) one level down.
  const reason = (cause as { cause?: unknown })?.cause ?? cause;
  return new DownloadError(
    `${url}: ${reason instanceof Error ? reason.message : String(reason)}`,
    url,
    undefined,
    {
      cause,
    },
  );
}

/** The body's chunks; a broken connection is a DownloadError, an abort throws the signal's reason. */
export async function* body(
  response: Response,
  url: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreachable(url, cause);
  } finally {
    // Also on an early `break` of the consumer: the connection must not go on streaming to nobody.
    await reader.cancel().catch(() => undefined);
  }
}

/** `Content-Range: bytes 0-0/1234`, where `*` stands for what the server does not know. */
export function contentRange(response: Response): { begin?: number; total?: number } {
  const match = /^bytes (?:(\d+)-\d+|\*)\/(?:(\d+)|\*)$/.exec(response.headers.get('content-range') ?? '');
  return {
    begin: match?.[1] ? Number(match[1]) : undefined,
    total: match?.[2] ? Number(match[2]) : undefined,
  };
}
