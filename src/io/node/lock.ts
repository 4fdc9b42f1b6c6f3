// Part of the Node door.  A lock between processes: a file that only one can create, touched while it is
// held, taken over when its holder has stopped touching it.  Node has no flock(2), and a take-over can in
// principle race with another; so the lock only saves double work.  That a blob is right rests on the
// hash and the rename in download.ts.
import { mkdir, open, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LockOptions {
  readonly signal?: AbortSignal;
  /** A lock not touched for so long is left over from a process that died.  Milliseconds. */
  readonly staleAfter?: number;
  /** How often a waiter looks.  Milliseconds. */
  readonly pollEvery?: number;
}

/** Runs `task` while holding the lock at `path`; waits for another holder. */
export async function withLock<T>(
  path: string,
  task: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const { signal, staleAfter = 30_000, pollEvery = 100 } = options;
  await mkdir(dirname(path), { recursive: true });
  while (!(await tryCreate(path))) {
    signal?.throwIfAborted();
    if (await isStale(path, staleAfter)) await rm(path, { force: true });
    else await sleep(pollEvery);
  }
  const touch = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, staleAfter / 4);
  touch.unref();
  try {
    signal?.throwIfAborted();
    return await task();
  } finally {
    clearInterval(touch);
    await rm(path, { force: true });
  }
}

async function tryCreate(path: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx');
    await handle.writeFile(`${process.pid}\n`);
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(path: string, staleAfter: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > staleAfter;
}
