// A checkpoint folder on any web server: one's own site, a bucket, a content network.
import type { Source } from './source.js';
import { httpSource } from './source-http.js';
import { absoluteUrl } from './url.js';

/** How to reach the server of a checkpoint. */
export interface UrlOptions {
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Replacement for the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/**
 * The folder at `url` as a Source: `config.json` is at `{url}/config.json`.  A relative one is relative to the
 * page, or to a worker's script.
 * @throws ArgumentError for what is no URL here
 */
export function urlSource(url: string | URL, options: UrlOptions = {}): Source {
  const base = absoluteUrl(url);
  const folder = base.endsWith('/') ? base : `${base}/`;
  return httpSource({
    name: base,
    urlOf: (file) => folder + file.split('/').map(encodeURIComponent).join('/'),
    headers: options.headers ?? {},
    fetch: options.fetch ?? globalThis.fetch,
    // Servers of single-page applications answer with the page whatever is asked for.
    admit: ({ headers }) => !headers.get('content-type')?.startsWith('text/html'),
  });
}
