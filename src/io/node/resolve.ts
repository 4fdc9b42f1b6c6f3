// Part of the Node door.  Which commit a revision stands for, and whether that commit has a file: from
// the cache where it knows, from the Hub where it must be asked.
import { DownloadError } from '../../errors.js';
import { checkFileName } from '../source.js';
import { COMMIT, exists, ignoreUnwritable, type RepoCache } from './cache.js';
import { askRemote, type Remote, type RemoteAbsence, type RemoteFile } from './remote.js';

export interface ResolverOptions {
  readonly revision: string;
  readonly offline: boolean;
  /** Milliseconds to wait for the Hub when the cache could answer instead. */
  readonly timeout: number;
}

/** `cached`: the file is in the snapshot of `commit`. */
export type Found = { readonly commit: string; readonly file: RemoteFile | 'cached' };

export class HubResolver {
  readonly #remote: Remote;
  readonly #cache: RepoCache;
  readonly #revision: string;
  readonly #timeout: number;
  #offline: boolean;
  #commit: string | undefined;
  readonly #answers = new Map<string, RemoteFile | RemoteAbsence>();

  constructor(remote: Remote, cache: RepoCache, { revision, offline, timeout }: ResolverOptions) {
    this.#remote = remote;
    this.#cache = cache;
    this.#revision = revision;
    this.#offline = offline;
    this.#timeout = timeout;
  }

  /** By option, or because the Hub could not be reached and the cache stepped in. */
  get offline(): boolean {
    return this.#offline;
  }

  /** Finds `file` in the commit; undefined where it has none, or where offline we cannot know. */
  async find(file: string, signal?: AbortSignal): Promise<Found | undefined> {
    checkFileName(file);
    this.#commit ??= await this.#pin(file, signal);
    const commit = this.#commit;
    if (commit === undefined) return undefined;
    if (await exists(this.#cache.pointer(commit, file))) return { commit, file: 'cached' };
    if (this.#offline || (await this.#cache.isKnownAbsent(commit, file))) return undefined;
    const answer = this.#answers.get(file) ?? (await this.#ask(commit, file, signal));
    return 'absent' in answer ? undefined : { commit, file: answer };
  }

  /** All files must come from one commit, so the branch is looked up once, with the first file wanted. */
  async #pin(file: string, signal?: AbortSignal): Promise<string | undefined> {
    if (COMMIT.test(this.#revision)) return this.#revision;
    const known = await this.#cache.readRef(this.#revision);
    if (this.#offline) return known;
    try {
      const signals = signal ? [signal] : [];
      if (known !== undefined) signals.push(AbortSignal.timeout(this.#timeout));
      const { commit } = await this.#ask(this.#revision, file, AbortSignal.any(signals));
      if (commit !== undefined) await this.#cache.writeRef(this.#revision, commit).catch(ignoreUnwritable);
      return commit;
    } catch (error) {
      signal?.throwIfAborted();
      if (known === undefined || !isUnanswered(error)) throw error;
      this.#offline = true;
      return known;
    }
  }

  async #ask(revision: string, file: string, signal?: AbortSignal): Promise<RemoteFile | RemoteAbsence> {
    const answer = await askRemote(this.#remote, revision, file, signal);
    this.#answers.set(file, answer);
    if ('absent' in answer && answer.commit !== undefined)
      await this.#cache.recordAbsent(answer.commit, file).catch(ignoreUnwritable);
    return answer;
  }
}

/** No answer, or none that says anything of the repository. */
function isUnanswered(error: unknown): boolean {
  if (error instanceof DownloadError) return error.status === undefined || error.status >= 500;
  return (error as Error)?.name === 'TimeoutError';
}
