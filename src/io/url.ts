// URLs as callers write them.  Apart from source-url.ts, because a page with a worker needs only this.
import { ArgumentError } from '../errors.js';

/** Whether a name is a URL or path (`https://…`, `/models/x`, `./x`) and no repository of the Hub. */
export function isUrl(name: string): boolean {
  return /^(?:\.{0,2}\/|[a-z][a-z\d+.-]*:)/i.test(name);
}

/** Relative to the page; in a worker, to its script. @throws ArgumentError for what is no URL here */
export function absoluteUrl(url: string | URL): string {
  const { document, location } = globalThis as { document?: Document; location?: Location };
  try {
    return new URL(url, document?.baseURI ?? location?.href).href;
  } catch (cause) {
    throw new ArgumentError(`${JSON.stringify(String(url))} is no URL here`, { cause });
  }
}
