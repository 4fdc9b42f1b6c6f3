// Part of the Node door.  A checkpoint of the Hub, kept in the cache that all Hugging Face tools share.
// @huggingface/hub would be the obvious peer for this; its `downloadFileToCacheDir` (2.17.5) has no lock,
// no resume and no hash check, does not read `refs/` when offline, and brings 3 MB.  Hence our own.
import { MissingFileError } from '../../errors.js';
import type { FileOptions, ReadOptions, Source } from '../source.js';
import { hubSource } from '../source-hub.js';
import { exists, isUnwritable, RepoCache } from './cache.js';
import { downloadBlob } from './download.js';
import { hubEnvironment, type Variables } from './environment.js';
import { withLock } from './lock.js';
import type { Remote, RemoteFile } from './remote.js';
import { HubResolver } from './resolve.js';
import type { CachedHubOptions, CacheEvent } from './source-cache.js';
import { folderSource } from './source-folder.js';

/** See cachedHubSource(). */
export class CachedHub implements Source {
  readonly name: string;
  readonly #remote: Remote;
  readonly #cache: RepoCache;
  readonly #resolver: HubResolver;
  readonly #options: CachedHubOptions;
  /** Files that the cache could not take. */
  readonly #uncached = new Map<string, Source>();

  constructor(repo: string, options: CachedHubOptions, variables: Variables) {
    const env = hubEnvironment(variables);
    const { host = env.host, token = env.token, fetch: fetchImpl = globalThis.fetch } = options;
    const { revision = 'main', offline = env.offline, timeout = 10_000 } = options;
    this.name = `${host}/${repo} at ${revision}`;
    this.#remote = { host, repo, token, fetch: fetchImpl };
    this.#cache = new RepoCache(options.cacheDir ?? env.cacheDir, repo);
    this.#resolver = new HubResolver(this.#remote, this.#cache, { revision, offline, timeout });
    this.#options = options;
  }

  async has(file: string, { signal }: FileOptions = {}): Promise<boolean> {
    return (await this.#resolver.find(file, signal)) !== undefined;
  }

  async size(file: string, options: FileOptions = {}): Promise<number> {
    return (await this.#locate(file, options)).size(file, options);
  }

  async *read(file: string, options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
    yield* (await this.#locate(file, options)).read(file, options);
  }

  /** Where `file` can be read, after downloading it if need be. */
  async #locate(file: string, { signal }: FileOptions): Promise<Source> {
    const uncached = this.#uncached.get(file);
    if (uncached !== undefined) return uncached;
    const found = await this.#resolver.find(file, signal);
    if (found === undefined)
      throw new MissingFileError(
        file,
        this.#resolver.offline ? `the cached part of ${this.name}` : this.name,
      );
    try {
      if (found.file !== 'cached') await this.#download(file, found.commit, found.file, signal);
    } catch (error) {
      if (!isUnwritable(error) || found.file === 'cached') throw error;
      this.#options.onEvent?.({ status: 'uncached', file, loaded: 0, total: found.file.size });
      const direct = hubSource(this.#remote.repo, { ...this.#remote, revision: found.commit });
      this.#uncached.set(file, direct);
      return direct;
    }
    return folderSource(this.#cache.snapshot(found.commit));
  }

  async #download(file: string, commit: string, meta: RemoteFile, signal?: AbortSignal): Promise<void> {
    const { onEvent, retryDelay } = this.#options;
    const tell = (status: CacheEvent['status'], loaded: number) =>
      onEvent?.({ status, file, loaded, total: meta.size });
    const blob = this.#cache.blob(meta.etag);
    const work = async () => {
      // Whoever held the lock before may have brought it.
      if (!(await exists(blob))) {
        tell('download', 0);
        const paths = { blob, partial: this.#cache.incomplete(meta.etag) };
        const onBytes = (loaded: number) => tell('progress', loaded);
        await downloadBlob(this.#remote, file, meta, paths, { signal, retryDelay, onBytes });
        tell('done', meta.size);
      }
      await this.#cache.link(commit, file, meta.etag);
    };
    await withLock(this.#cache.lock(meta.etag), work, { signal });
  }
}
