// Part of the Node door.  What a user names as a model: a folder on disk, or a repository on the Hub.
import { SourceError } from '../../errors.js';
import type { Source } from '../source.js';
import { type CachedHubOptions, cachedHubSource } from './source-cache.js';
import { folderSource } from './source-folder.js';

/**
 * The folder `where` if there is one, else the repository of that name by way of the shared cache.
 * @throws SourceError for what can only be a path and is no folder; ArgumentError for what is neither
 */
export async function openSource(where: string, options: CachedHubOptions = {}): Promise<Source> {
  const { stat } = await import('node:fs/promises');
  const found = await stat(where).catch(() => undefined);
  if (found?.isDirectory()) return folderSource(where);
  // A repository's name has one slash at most, and does not start with a dot.
  if (found || /^[./~]|\\|\/.*\//.test(where)) throw new SourceError(`${where} is not a folder`);
  return cachedHubSource(where, options);
}
