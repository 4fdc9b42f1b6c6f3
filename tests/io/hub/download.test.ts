// Accidents on the way: cut, aborted, forged, busy; and several callers at once, in one process and in three.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { DownloadError } from '../../../src/errors.js';
import { type CachedHubOptions, cachedHubSource } from '../../../src/io/node/source-cache.js';
import { readBytes } from '../../../src/io/source.js';
import { counting } from '../safetensors/make.js';
import { expectSame, HubServer, sha256 } from './server.js';

let hub: HubServer;
let cacheDir: string;
const file = 'model.safetensors';
const weights = counting(300_000);
const name = sha256(weights);

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'fovea-download-'));
  hub = await new HubServer().start();
  hub.put(file, weights, true);
});

afterEach(async () => {
  await hub.stop();
  await rm(cacheDir, { recursive: true });
});

const open = (options: CachedHubOptions = {}) =>
  cachedHubSource('owner/model', { host: hub.host, cacheDir, retryDelay: 1, offline: false, ...options });
const blobs = () => join(cacheDir, 'models--owner--model/blobs');
const partial = () => join(blobs(), `${name}.fovea.incomplete`);
const lockFile = () => join(cacheDir, '.locks/models--owner--model', `${name}.fovea.lock`);
const gets = () => hub.seen.filter((s) => s.server === 'cdn' && s.method === 'GET');

async function plant(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
}

describe('resume', () => {
  test('a cut connection is continued where it broke', async () => {
    hub.accidents = { cutAfter: 100_000, cuts: 2 };
    expectSame(await readBytes(open(), file), weights);
    // How much of what was sent is kept depends on when the cut is noticed; that it is kept does not.
    const starts = gets().map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? 'bytes=0-')?.[1]));
    expect(starts.length).toBe(3);
    expect(starts[0]).toBe(0);
    expect(starts[1]).toBeLessThanOrEqual(100_000);
    expect(starts[2]).toBeGreaterThan(starts[1]);
    expect(starts[2]).toBeLessThanOrEqual(starts[1] + 100_000);
  });

  test('an abort throws its reason, keeps what came, and the next call goes on from there', async () => {
    hub.accidents = { stallAfter: 120_000 };
    const reason = new Error('the user left');
    const controller = new AbortController();
    const onEvent = ({ loaded }: { loaded: number }) => loaded >= 120_000 && controller.abort(reason);
    await expect(readBytes(open({ onEvent }), file, { signal: controller.signal })).rejects.toBe(reason);
    expect((await stat(partial())).size).toBe(120_000);
    expect(await readdir(join(lockFile(), '..'))).toEqual([]);
    hub.accidents = {};
    expectSame(await readBytes(open(), file), weights);
    expect(gets().map((s) => s.range)).toEqual([undefined, 'bytes=120000-']);
  });

  test('a signal that is already aborted', async () => {
    const reason = new Error('too late');
    await expect(readBytes(open(), file, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(hub.count('GET')).toBe(0);
  });

  test('a server that ignores ranges is taken from the start', async () => {
    await plant(partial(), weights.subarray(0, 1000));
    hub.accidents = { ignoreRange: true };
    expectSame(await readBytes(open(), file), weights);
    expect(gets().map((s) => s.range)).toEqual(['bytes=1000-']);
  });

  test('a server that answers with another range is not believed', async () => {
    await plant(partial(), weights.subarray(0, 1000));
    hub.accidents = { wrongRange: true };
    await expect(readBytes(open(), file)).rejects.toThrow(/asked from byte 1000, got bytes 1001-/);
  });

  test('a partial file that is already whole needs no request', async () => {
    await plant(partial(), weights);
    expectSame(await readBytes(open(), file), weights);
    expect(gets()).toEqual([]);
  });

  test.each([
    ['of other bytes', new Uint8Array(1000)],
    ['of other bytes and the full length', new Uint8Array(300_000)],
    ['longer than the file', new Uint8Array(300_001)],
  ])('a partial file %s costs one clean download', async (_, bytes) => {
    await plant(partial(), bytes);
    expectSame(await readBytes(open(), file), weights);
    expect(gets().at(-1)?.range).toBeUndefined();
  });
});

describe('wrong content', () => {
  test('of the right length: refused by its hash, and nothing kept', async () => {
    const forged = weights.slice();
    forged[200_000] ^= 1;
    hub.accidents = { forged };
    await expect(readBytes(open(), file)).rejects.toThrow(DownloadError);
    await expect(readBytes(open(), file)).rejects.toThrow(`hash is ${sha256(forged)}, expected ${name}`);
    expect(await readdir(blobs())).toEqual([]);
    hub.accidents = {};
    expectSame(await readBytes(open(), file), weights);
  });

  test('of a file hashed as git does', async () => {
    hub.put('config.json', '{"a":1}');
    hub.accidents = { forged: new TextEncoder().encode('{"a":2}') };
    await expect(readBytes(open(), 'config.json')).rejects.toThrow(/hash is/);
  });

  test('longer than promised', async () => {
    hub.accidents = { forged: counting(400_000) };
    await expect(readBytes(open(), file)).rejects.toThrow(/more than the promised 300000 bytes/);
  });

  test('shorter than promised: tried again, then given up', async () => {
    hub.accidents = { forged: weights.slice(0, 1000) };
    await expect(readBytes(open(), file)).rejects.toThrow(DownloadError);
  });

  test('an etag that is no hash: the length is checked, and nothing resumed', async () => {
    hub.accidents = { head: { 'x-linked-etag': '"v1"' } };
    await plant(join(blobs(), 'v1.fovea.incomplete'), weights.subarray(0, 1000));
    expectSame(await readBytes(open(), file), weights);
    expect(gets().map((s) => s.range)).toEqual([undefined]);
  });
});

describe('patience', () => {
  test('a busy server is asked again', async () => {
    hub.accidents = { busy: 3 };
    expectSame(await readBytes(open(), file), weights);
    expect(gets().length).toBe(4);
  });

  test('but not for ever', async () => {
    hub.accidents = { busy: 100 };
    await expect(readBytes(open(), file)).rejects.toMatchObject({ name: 'DownloadError', status: 503 });
    expect(gets().length).toBe(5);
  });
});

describe('several callers', () => {
  test('in one process: one download, and all get it', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => readBytes(open(), file)));
    for (const bytes of all) expectSame(bytes, weights);
    expect(gets().length).toBe(1);
  });

  test('in three processes: one download, and all get it', async () => {
    const script = join(cacheDir, 'reader.mjs');
    await build({
      stdin: {
        contents: `
          import { cachedHubSource } from './src/io/node/source-cache.ts';
          import { readBytes } from './src/io/source.ts';
          import { createHash } from 'node:crypto';
          const [host, cacheDir] = process.argv.slice(2);
          const bytes = await readBytes(cachedHubSource('owner/model', { host, cacheDir }), 'model.safetensors');
          process.stdout.write(createHash('sha256').update(bytes).digest('hex'));`,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: script,
    });
    const run = () =>
      new Promise<string>((done, fail) => {
        const child = spawn(process.execPath, [script, hub.host, cacheDir], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let out = '';
        child.stdout.on('data', (text) => (out += text));
        child.on('exit', (code) => (code === 0 ? done(out) : fail(new Error(`exit code ${code}`))));
      });
    expect(await Promise.all([run(), run(), run()])).toEqual([name, name, name]);
    expect(gets().length).toBe(1);
  });

  test('a lock whose holder died is taken over', async () => {
    await plant(lockFile(), '12345\n');
    const old = new Date(Date.now() - 60_000);
    await utimes(lockFile(), old, old);
    expectSame(await readBytes(open(), file), weights);
  });

  test('a lock whose holder lives is waited for, and an abort ends the wait', async () => {
    await plant(lockFile(), '12345\n');
    const signal = AbortSignal.timeout(150);
    await expect(readBytes(open(), file, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(gets()).toEqual([]);
    expect(await readFile(lockFile(), 'utf8')).toBe('12345\n');
    const waiting = readBytes(open(), file);
    setTimeout(() => void rm(lockFile()), 150);
    expectSame(await waiting, weights);
  });
});
