// Part of the Node door.  The Hub's cache folder, as documented for every language at
// https://huggingface.co/docs/hub/local-cache:
//
//   models--owner--name/blobs/<etag>                 the bytes, once
//                       refs/<revision>              text: the commit that a branch or tag stood for
//                       snapshots/<commit>/<file>    links to ../../blobs/<etag>
//                       .no_exist/<commit>/<file>    empty: known not to be there
//   .locks/models--owner--name/                      see lock.ts
import { copyFile, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { ArgumentError } from '../../errors.js';
import { checkRepoId } from '../http.js';
import { checkFileName } from '../source.js';

export const COMMIT = /^[0-9a-f]{40}$/;

/** The paths of one repository in the cache, and the few changes that are made to it. */
export class RepoCache {
  readonly #root: string;
  readonly #locks: string;

  constructor(cacheDir: string, repo: string) {
    checkRepoId(repo);
    const folder = `models--${repo.replace('/', '--')}`;
    this.#root = join(cacheDir, folder);
    this.#locks = join(cacheDir, '.locks', folder);
  }

  blob(etag: string): string {
    return join(this.#root, 'blobs', plain(etag));
  }

  /** Our own names beside those of other tools: two programs never write one partial file. */
  incomplete(etag: string): string {
    return `${this.blob(etag)}.fovea.incomplete`;
  }

  lock(etag: string): string {
    return join(this.#locks, `${plain(etag)}.fovea.lock`);
  }

  snapshot(commit: string): string {
    return join(this.#root, 'snapshots', plain(commit));
  }

  pointer(commit: string, file: string): string {
    checkFileName(file);
    return join(this.snapshot(commit), file);
  }

  #ref(revision: string): string {
    checkFileName(revision);
    return join(this.#root, 'refs', revision);
  }

  #noExist(commit: string, file: string): string {
    checkFileName(file);
    return join(this.#root, '.no_exist', plain(commit), file);
  }

  /** The commit that `revision` stood for when it was last asked for. */
  async readRef(revision: string): Promise<string | undefined> {
    const text = await readFile(this.#ref(revision), 'utf8').catch(() => '');
    return COMMIT.test(text.trim()) ? text.trim() : undefined;
  }

  async writeRef(revision: string, commit: string): Promise<void> {
    if (revision === commit || (await this.readRef(revision)) === commit) return;
    const path = this.#ref(revision);
    await mkdir(dirname(path), { recursive: true });
    await replaceBy(path, (temporary) => writeFile(temporary, commit));
  }

  /** Whether the server once said that this commit has no such file. */
  async isKnownAbsent(commit: string, file: string): Promise<boolean> {
    return exists(this.#noExist(commit, file));
  }

  async recordAbsent(commit: string, file: string): Promise<void> {
    const path = this.#noExist(commit, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '');
  }

  /** Makes the snapshot's file: a link, or a copy where the system refuses links (Windows without the right). */
  async link(commit: string, file: string, etag: string, makeLink: typeof symlink = symlink): Promise<void> {
    const pointer = this.pointer(commit, file);
    const blob = this.blob(etag);
    await mkdir(dirname(pointer), { recursive: true });
    try {
      await makeLink(relative(dirname(pointer), blob), pointer);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A dangling link is replaced: its blob was deleted by hand.
      if (code === 'EEXIST' && (await exists(pointer))) return;
      await replaceBy(pointer, (temporary) =>
        code === 'EEXIST' ? symlink(relative(dirname(pointer), blob), temporary) : copyFile(blob, temporary),
      );
    }
  }
}

/** Follows links: a dangling one is absent. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

let serial = 0;

/** A file is either not there or whole: it is made under a name of its own, then renamed. */
async function replaceBy(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${process.pid}.${serial++}.tmp`;
  try {
    await make(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Etags and commits come from a server and become file names. */
function plain(name: string): string {
  if (!/^[\w-][\w.-]{0,127}$/.test(name))
    throw new ArgumentError(`${JSON.stringify(name)} cannot name a file`);
  return name;
}

/** A cache on a read-only disk, or another user's. */
export function isUnwritable(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes((error as NodeJS.ErrnoException)?.code ?? '');
}

/** For what is only remembered to save a question next time. */
export function ignoreUnwritable(error: unknown): void {
  if (!isUnwritable(error)) throw error;
}
