// A checkpoint of the Hub, read over HTTP.
import { authorization, checkRepoId, commitOf, DEFAULT_HOST, type HubOptions, resolveUrl } from './http.js';
import type { Source } from './source.js';
import { httpSource } from './source-http.js';

/**
 * The repository `repo` of a Hub as a Source.  The first answer that names a commit pins it, so that
 * all files come from one commit even if the branch moves meanwhile.
 */
export function hubSource(repo: string, options: HubOptions = {}): Source {
  checkRepoId(repo);
  const { host = DEFAULT_HOST, token, fetch = globalThis.fetch } = options;
  let revision = options.revision ?? 'main';
  return httpSource({
    name: `${host}/${repo} at ${revision}`,
    urlOf: (file) => resolveUrl(host, repo, revision, file),
    headers: authorization(token),
    fetch,
    admit(response) {
      revision = commitOf(response) ?? revision;
      return true;
    },
  });
}
