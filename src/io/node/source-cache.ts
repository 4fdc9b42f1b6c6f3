// Part of the Node door.  A checkpoint of the Hub, kept in the cache that all Hugging Face tools share: its name and
// its options.  All that works on the cache is read when it is first asked for something, because it and what it
// takes of Node need longer to load than a first result.
import { checkRepoId, DEFAULT_HOST, type HubOptions } from '../http.js';
import type { Source } from '../source.js';

/** `uncached`: the cache cannot be written; the file is streamed and not kept. */
export interface CacheEvent {
  readonly status: 'download' | 'progress' | 'done' | 'uncached';
  readonly file: string;
  /** Bytes. */
  readonly loaded: number;
  readonly total: number;
}

export interface CachedHubOptions extends HubOptions {
  /** By default what the environment says; see environment.ts. */
  readonly cacheDir?: string;
  /** Never touch the network; by default what HF_HUB_OFFLINE says. */
  readonly offline?: boolean;
  /** Hears of every download, its progress, and of files that could not be kept. */
  readonly onEvent?: (event: CacheEvent) => void;
  /** Milliseconds to wait for the Hub when the cache could answer instead, by default 10 000. */
  readonly timeout?: number;
  /** Milliseconds before a broken download is tried again, by default 500. */
  readonly retryDelay?: number;
}

/**
 * The repository `repo` of a Hub as a Source: a file is downloaded when it is first read, and never
 * again.  The branch is looked up once; without a network its last known commit serves, and with
 * `offline` or a commit as the revision, cached files need no network at all.
 */
export function cachedHubSource(repo: string, options: CachedHubOptions = {}): Source {
  checkRepoId(repo);
  const variables = { ...process.env };
  const { host = variables.HF_ENDPOINT || DEFAULT_HOST, revision = 'main' } = options;
  let hub: Promise<Source> | undefined;
  const open = (): Promise<Source> => {
    hub ??= import('./cached-hub.js').then(({ CachedHub }) => new CachedHub(repo, options, variables));
    return hub;
  };
  return {
    name: `${host}/${repo} at ${revision}`,
    has: async (...given) => (await open()).has(...given),
    size: async (...given) => (await open()).size(...given),
    async *read(...given) {
      yield* (await open()).read(...given);
    },
  };
}
