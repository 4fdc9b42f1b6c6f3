import { lstat, mkdtemp, readdir, readFile, readlink, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DownloadError, MissingFileError } from '../../../src/errors.js';
import {
  type CachedHubOptions,
  type CacheEvent,
  cachedHubSource,
} from '../../../src/io/node/source-cache.js';
import { readBytes, readText } from '../../../src/io/source.js';
import { counting } from '../safetensors/make.js';
import { expectSame, gitHash, HubServer, sha256 } from './server.js';

let hub: HubServer;
let cacheDir: string;
const weights = counting(300_000);
const config = '{"model_type":"bert"}';

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'fovea-cache-'));
  hub = await new HubServer().start();
  hub.put('config.json', config);
  hub.put('model.safetensors', weights, true);
  hub.put('1_Pooling/config.json', '{"pooling_mode_mean_tokens":true}');
});

afterEach(async () => {
  await hub.stop();
  await rm(cacheDir, { recursive: true });
});

const open = (options: CachedHubOptions = {}, repo = 'owner/model') =>
  cachedHubSource(repo, {
    host: hub.host,
    token: 'secret',
    cacheDir,
    retryDelay: 1,
    offline: false,
    ...options,
  });
const repoDir = () => join(cacheDir, 'models--owner--model');
const commit = '1'.repeat(40);

async function leftovers(): Promise<string[]> {
  const all = await readdir(cacheDir, { recursive: true });
  return all.filter((path) => /\.(?:incomplete|tmp|lock)$/.test(path));
}

describe('layout', () => {
  test('blobs by hash, refs by branch, snapshots as relative links; nothing left behind', async () => {
    const source = open();
    expect(await readText(source, 'config.json')).toBe(config);
    expectSame(await readBytes(source, 'model.safetensors'), weights);
    expect(await readText(source, '1_Pooling/config.json')).toContain('mean');

    expect(await readFile(join(repoDir(), 'refs/main'), 'utf8')).toBe(commit);
    expect((await readdir(join(repoDir(), 'blobs'))).sort()).toEqual(
      [...hub.files.values()].map(({ bytes, large }) => (large ? sha256(bytes) : gitHash(bytes))).sort(),
    );
    const snapshot = join(repoDir(), 'snapshots', commit);
    expect(await readlink(join(snapshot, 'model.safetensors'))).toBe(`../../blobs/${sha256(weights)}`);
    expect(await readlink(join(snapshot, '1_Pooling/config.json'))).toMatch(
      /^\.\.\/\.\.\/\.\.\/blobs\/[0-9a-f]{40}$/,
    );
    expect(await leftovers()).toEqual([]);
  });

  test('a file of no bytes', async () => {
    hub.put('empty.txt', '');
    expect(await readText(open(), 'empty.txt')).toBe('');
  });

  test('a revision with slashes has its own ref', async () => {
    await readText(open({ revision: 'refs/pr/1' }), 'config.json');
    expect(await readFile(join(repoDir(), 'refs/refs/pr/1'), 'utf8')).toBe(commit);
  });

  test('a snapshot that another tool made serves as it is', async () => {
    await readBytes(open(), 'model.safetensors');
    const pointer = join(repoDir(), 'snapshots', commit, 'model.safetensors');
    await unlink(pointer);
    await writeFile(pointer, 'a plain file, as on Windows');
    expect(await readText(open({ revision: commit }), 'model.safetensors')).toMatch(/Windows/);
  });

  test('a link whose blob was deleted is fetched again', async () => {
    await readBytes(open(), 'model.safetensors');
    await unlink(join(repoDir(), 'blobs', sha256(weights)));
    expectSame(await readBytes(open(), 'model.safetensors'), weights);
    expect((await lstat(join(repoDir(), 'snapshots', commit, 'model.safetensors'))).isSymbolicLink()).toBe(
      true,
    );
  });
});

describe('network use', () => {
  test('the second time one question is asked, and none when the revision is a commit', async () => {
    await readBytes(open(), 'model.safetensors');
    await readText(open(), 'config.json');
    hub.seen.length = 0;
    const again = open();
    expectSame(await readBytes(again, 'model.safetensors'), weights);
    expect(await readText(again, 'config.json')).toBe(config);
    expect(hub.seen.map((s) => s.method)).toEqual(['HEAD']);
    hub.seen.length = 0;
    expectSame(await readBytes(open({ revision: commit }), 'model.safetensors'), weights);
    expect(hub.seen).toEqual([]);
  });

  test('has() asks and does not fetch', async () => {
    expect(await open().has('model.safetensors')).toBe(true);
    expect(hub.count('GET')).toBe(0);
  });

  test('a moved branch is followed by new sources, not by old ones, and equal blobs are not fetched twice', async () => {
    const old = open();
    await readBytes(old, 'model.safetensors');
    hub.commit = '2'.repeat(40);
    hub.put('config.json', '{"model_type":"new"}');
    const fresh = open();
    expect(await readText(fresh, 'config.json')).toContain('new');
    expectSame(await readBytes(fresh, 'model.safetensors'), weights);
    expect(hub.count('GET', 'model.safetensors')).toBe(2); // one at the Hub, its redirect at the content network
    hub.seen.length = 0;
    await readText(old, 'config.json');
    expect(hub.seen[0].path).toBe(`/owner/model/resolve/${commit}/config.json`);
  });

  test('offline: what is cached is read, what is not is missing, nothing is asked', async () => {
    await readText(open(), 'config.json');
    hub.seen.length = 0;
    const source = open({ offline: true });
    expect(await readText(source, 'config.json')).toBe(config);
    expect(await source.has('model.safetensors')).toBe(false);
    await expect(readBytes(source, 'model.safetensors')).rejects.toThrow(MissingFileError);
    await expect(readBytes(source, 'model.safetensors')).rejects.toThrow(/cached part of .*owner\/model/);
    await expect(readBytes(open({ offline: true }, 'owner/never-seen'), 'config.json')).rejects.toThrow(
      MissingFileError,
    );
    expect(hub.seen).toEqual([]);
  });

  test('without a network the last known commit serves', async () => {
    await readText(open(), 'config.json');
    await hub.stop();
    expect(await readText(open(), 'config.json')).toBe(config);
    await expect(readBytes(open({}, 'owner/never-seen'), 'config.json')).rejects.toThrow(DownloadError);
    await hub.start();
  });

  test('a Hub that does not answer is given up after the timeout', async () => {
    await readText(open(), 'config.json');
    const never: typeof fetch = (_, init) =>
      new Promise((_, fail) => init!.signal!.addEventListener('abort', () => fail(init!.signal!.reason)));
    expect(await readText(open({ fetch: never, timeout: 30 }), 'config.json')).toBe(config);
  });

  test('a file that is not there is asked for once, ever', async () => {
    const source = open();
    expect(await source.has('model.safetensors.index.json')).toBe(false);
    await expect(source.size('model.safetensors.index.json')).rejects.toThrow(MissingFileError);
    expect(await open({ revision: commit }).has('model.safetensors.index.json')).toBe(false);
    expect(hub.seen.length).toBe(1);
    expect(await readdir(join(repoDir(), '.no_exist', commit))).toEqual(['model.safetensors.index.json']);
  });

  test('a renamed repository is followed', async () => {
    expect(await readText(open({}, 'owner/old-name'), 'config.json')).toBe(config);
  });

  test('the token goes to the Hub only', async () => {
    await readBytes(open(), 'model.safetensors');
    expect(hub.seen.filter((s) => s.server === 'hub').map((s) => s.authorization)).toEqual([
      'Bearer secret',
      'Bearer secret',
    ]);
    expect(hub.seen.filter((s) => s.server === 'cdn').map((s) => s.authorization)).toEqual([undefined]);
  });
});

describe('events and failures', () => {
  test('progress runs to the total', async () => {
    const events: CacheEvent[] = [];
    await readBytes(open({ onEvent: (event) => events.push(event) }), 'model.safetensors');
    expect(events[0]).toEqual({ status: 'download', file: 'model.safetensors', loaded: 0, total: 300_000 });
    expect(events.at(-1)).toEqual({
      status: 'done',
      file: 'model.safetensors',
      loaded: 300_000,
      total: 300_000,
    });
    const loaded = events.map((event) => event.loaded);
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
    expect(events.filter((event) => event.status === 'progress').length).toBeGreaterThan(0);
  });

  test('a cache that cannot be written: files are streamed, and it is said', async () => {
    const blocked = join(cacheDir, 'file');
    await writeFile(blocked, '');
    const events: CacheEvent[] = [];
    const source = open({ cacheDir: join(blocked, 'hub'), onEvent: (event) => events.push(event) });
    expectSame(await readBytes(source, 'model.safetensors'), weights);
    expect(await source.has('absent.json')).toBe(false);
    expect(await readBytes(source, 'model.safetensors', { begin: 7, end: 9 })).toEqual(weights.slice(7, 9));
    expect(events).toEqual([{ status: 'uncached', file: 'model.safetensors', loaded: 0, total: 300_000 }]);
  });

  test.each([
    [404, 'RepoNotFound', /private/],
    [401, 'GatedRepo', /gated/],
    [404, 'RevisionNotFound', /no such revision/],
    [403, undefined, /token/],
  ])('HTTP %i %s', async (status, code, message) => {
    hub.accidents.refuse = { status, code };
    await expect(readText(open(), 'config.json')).rejects.toThrow(DownloadError);
    await expect(readText(open(), 'config.json')).rejects.toThrow(message);
    await expect(readText(open(), 'config.json')).rejects.toMatchObject({ status });
  });

  test.each([
    ['an etag that is a path', { 'x-linked-etag': '"../../../evil"' }],
    ['an etag of dots', { 'x-linked-etag': '".."' }],
    ['a commit that is a path', { 'x-repo-commit': '../../evil' }],
    ['no size', { 'x-linked-size': 'much' }],
    ['a negative size', { 'x-linked-size': '-1' }],
  ])('%s', async (_, head) => {
    hub.accidents.head = head;
    await expect(readBytes(open(), 'model.safetensors')).rejects.toMatchObject({
      name: expect.stringMatching(/^(?:DownloadError|ArgumentError)$/),
    });
    expect((await readdir(tmpdir())).includes('evil')).toBe(false);
  });

  test.each(['../config.json', '/etc/passwd', 'a//b', 'a\\b', 'c:x', '', '.', 'a/../b', 'a\0b'])(
    'the file name %j is refused',
    async (file) => {
      await expect(open().has(file)).rejects.toMatchObject({ name: 'ArgumentError' });
      expect(hub.seen).toEqual([]);
    },
  );

  test.each(['a/b/c', '../x', 'a/..', '', 'a b/c', 'a/.'])('the model name %j is refused', (repo) => {
    expect(() => open({}, repo)).toThrow(/owner\/name/);
  });
});
