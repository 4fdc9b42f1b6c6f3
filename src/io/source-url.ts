// A checkpoint folder on any web server: one's own site, a bucket, a content network.
import { ArgumentError } from '../errors.js';
import type { Source } from './source.js';
import { httpSource } from './source-http.js';

export interface UrlOptions {
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Replacement for the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** Whether a name is a URL or path (`https://…`, `/models/x`, `./x`) and no repository of the Hub. */
export function isUrl(name: string): boolean {
  return /^(?:\.{0,2}\/|[a-z][a-z\d+.-]*:)/i.test(name);
}

/**
 * The folder at `url` as a Source: `config.json` is at `{url}/config.json`.  A relative one is relative to the
 * page, or to a worker's script.
 * @throws ArgumentError for what is no URL here
 */
export function urlSource(url: string | URL, options: UrlOptions = {}): Source {
  const base = absolute(url);
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

/** @throws ArgumentError */
function absolute(url: string | URL): string {
  const { document, location } = globalThis as { document?: Document; location?: Location };
  try {
    return new URL(url, document?.baseURI ?? location?.href).href;
  } catch (cause) {
    throw new ArgumentError(`${JSON.stringify(String(url))} is not the URL of a folder here`, { cause });
  }
}
