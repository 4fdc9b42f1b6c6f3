// Part of the Node door.  The Hub's etag is the content's hash: SHA-256 for files in large-file storage,
// git's blob id (SHA-1 over a small header and the content) for the others.
import type { Hash } from 'node:crypto';
import type { RemoteFile } from './remote.js';

const SHA256 = /^[0-9a-f]{64}$/;
const SHA1 = /^[0-9a-f]{40}$/;

/** Whether the etag is a hash that we know. */
export function hasDigest({ etag }: RemoteFile): boolean {
  return SHA256.test(etag) || SHA1.test(etag);
}

/** A hash to feed with the content, or undefined where the etag is none that we know. */
export async function digestFor(file: RemoteFile): Promise<Hash | undefined> {
  if (!hasDigest(file)) return undefined;
  // Only here: it takes Node a while to load, and most programs download nothing.
  const { createHash } = await import('node:crypto');
  return SHA256.test(file.etag) ? createHash('sha256') : createHash('sha1').update(`blob ${file.size}\0`);
}
