// Part of the Node door.  The Hub's etag is the content's hash: SHA-256 for files in large-file storage,
// git's blob id (SHA-1 over a small header and the content) for the others.
import { createHash, type Hash } from 'node:crypto';
import type { RemoteFile } from './remote.js';

/** A hash to feed with the content, or undefined where the etag is no hash that we know. */
export function digestFor({ etag, size }: RemoteFile): Hash | undefined {
  if (/^[0-9a-f]{64}$/.test(etag)) return createHash('sha256');
  if (/^[0-9a-f]{40}$/.test(etag)) return createHash('sha1').update(`blob ${size}\0`);
  return undefined;
}
