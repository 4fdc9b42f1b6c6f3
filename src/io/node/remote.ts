// Part of the Node door.  Asks the Hub about a file without fetching it.
import { DownloadError } from '../../errors.js';
import { authorization, commitOf, httpError, request, resolveUrl } from '../http.js';

export interface Remote {
  readonly host: string;
  readonly repo: string;
  readonly token: string | undefined;
  readonly fetch: typeof fetch;
}

export interface RemoteFile {
  readonly commit: string;
  /** Hash of the content; see digest.ts. */
  readonly etag: string;
  /** Length in bytes. */
  readonly size: number;
}

/** The Hub said that this commit has no such file: not an error for one who only asks. */
export interface RemoteAbsence {
  readonly commit: string | undefined;
  readonly absent: Error;
}

const MAX_REDIRECTS = 5;

/**
 * One HEAD request.  Large files are answered by a redirect to a content network, whose own etag and
 * size mean nothing to us: the Hub's are in `x-linked-*` on the redirect itself, so only redirects
 * within the host (a renamed repository, the Hub's own cache) are followed.
 */
export async function askRemote(
  remote: Remote,
  revision: string,
  file: string,
  signal?: AbortSignal,
): Promise<RemoteFile | RemoteAbsence> {
  const { host, repo, token } = remote;
  let url = resolveUrl(host, repo, revision, file);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const headers = { ...authorization(token), 'accept-encoding': 'identity' };
    const response = await request(remote.fetch, url, {
      method: 'HEAD',
      redirect: 'manual',
      headers,
      signal,
    });
    const redirect = response.status >= 300 && response.status < 400;
    const linked = response.headers.has('x-linked-etag');
    const next = redirect ? sameOrigin(response.headers.get('location'), url) : undefined;
    if (next !== undefined) {
      url = next;
      continue;
    }
    const commit = commitOf(response);
    if (!response.ok && !linked) {
      const error = httpError(response, url, file, `${host}/${repo} at ${revision}`);
      if (response.status === 404 && !(error instanceof DownloadError)) return { commit, absent: error };
      throw error;
    }
    const etag = (response.headers.get('x-linked-etag') ?? response.headers.get('etag') ?? '')
      .replace(/^W\//, '')
      .replaceAll('"', '');
    // A redirect's own Content-Length is that of its few words of text.
    const length =
      response.headers.get('x-linked-size') ?? (redirect ? null : response.headers.get('content-length'));
    const size = Number(length ?? Number.NaN);
    if (commit === undefined || etag === '' || !Number.isSafeInteger(size) || size < 0)
      throw new DownloadError(
        `${url}: the answer lacks commit, etag or size; is ${host} a Hub?`,
        url,
        response.status,
      );
    return { commit, etag, size };
  }
  throw new DownloadError(`${url}: more than ${MAX_REDIRECTS} redirects`, url);
}

/** The redirect's target where it stays on the same origin: elsewhere the token must not go. */
function sameOrigin(location: string | null, from: string): string | undefined {
  if (location === null) return undefined;
  const target = new URL(location, from);
  return target.origin === new URL(from).origin ? target.href : undefined;
}
