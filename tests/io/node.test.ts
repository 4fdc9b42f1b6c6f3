import type { symlink as Symlink } from 'node:fs';
import { lstat, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ConfigError, MissingFileError } from '../../src/errors.js';
import { RepoCache } from '../../src/io/node/cache.js';
import { hubEnvironment } from '../../src/io/node/environment.js';
import { folderSource } from '../../src/io/node/source-folder.js';
import { readBytes, readJson, readText } from '../../src/io/source.js';
import { expectSame } from './hub/server.js';
import { counting } from './safetensors/make.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-folder-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('folderSource', () => {
  test('reads files of any size, whole and in part, also below the folder', async () => {
    const bytes = counting(2_500_000);
    await mkdir(join(folder, '1_Pooling'));
    await writeFile(join(folder, 'm.bin'), bytes);
    await writeFile(join(folder, '1_Pooling/config.json'), '{"a":[1]}');
    await writeFile(join(folder, 'empty'), '');
    const source = folderSource(folder);
    expectSame(await readBytes(source, 'm.bin'), bytes);
    expectSame(
      await readBytes(source, 'm.bin', { begin: 1_000_001, end: 2_400_000 }),
      bytes.subarray(1_000_001, 2_400_000),
    );
    expect(await readJson(source, '1_Pooling/config.json')).toEqual({ a: [1] });
    expect(await readText(source, 'empty')).toBe('');
    expect(await source.size('m.bin')).toBe(2_500_000);
  });

  test('what is not a file is not there', async () => {
    await mkdir(join(folder, 'sub'));
    await writeFile(join(folder, 'file'), 'x');
    const source = folderSource(folder);
    for (const name of ['absent', 'sub', 'file/x']) {
      expect(await source.has(name)).toBe(false);
      await expect(readBytes(source, name)).rejects.toThrow(MissingFileError);
    }
    await expect(source.has('../x')).rejects.toMatchObject({ name: 'ArgumentError' });
    await expect(readBytes(source, '../x')).rejects.toMatchObject({ name: 'ArgumentError' });
  });

  test('text and JSON that are neither', async () => {
    await writeFile(join(folder, 'latin1'), Uint8Array.of(0x22, 0xe9, 0x22));
    await writeFile(join(folder, 'cut.json'), '{"a":');
    await writeFile(join(folder, 'twice.json'), '{"a":1,"a":2}');
    const source = folderSource(folder);
    await expect(readText(source, 'latin1')).rejects.toThrow(ConfigError);
    await expect(readJson(source, 'cut.json')).rejects.toThrow(/cut\.json of .* is not JSON/);
    await expect(readJson(source, 'twice.json')).rejects.toThrow(/occurs twice/);
  });

  test('an abort throws its reason', async () => {
    await writeFile(join(folder, 'm.bin'), counting(3_000_000));
    const controller = new AbortController();
    const reason = new Error('enough');
    const reading = readBytes(folderSource(folder), 'm.bin', {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(reading).rejects.toBe(reason);
  });
});

describe('RepoCache.link', () => {
  test('copies where the system refuses links', async () => {
    const cache = new RepoCache(folder, 'owner/model');
    await mkdir(join(cache.blob('x'), '..'), { recursive: true });
    await writeFile(cache.blob('x'), 'content');
    const refuse = (async () => {
      throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
    }) as unknown as (typeof Symlink)['__promisify__'];
    await cache.link('1'.repeat(40), 'sub/a.json', 'x', refuse);
    const pointer = cache.pointer('1'.repeat(40), 'sub/a.json');
    expect((await lstat(pointer)).isSymbolicLink()).toBe(false);
    expect(await readFile(pointer, 'utf8')).toBe('content');
  });
});

describe('hubEnvironment', () => {
  const hub = (env: Record<string, string>) => hubEnvironment(env, join(folder, 'home'));

  test('the cache: HF_HUB_CACHE, then HF_HOME, then XDG_CACHE_HOME, then the home folder', () => {
    const all = { HF_HUB_CACHE: '/a', HF_HOME: '/b', XDG_CACHE_HOME: '/c' };
    expect(hub(all).cacheDir).toBe('/a');
    expect(hub({ ...all, HF_HUB_CACHE: '' }).cacheDir).toBe(join('/b', 'hub'));
    expect(hub({ XDG_CACHE_HOME: '/c' }).cacheDir).toBe(join('/c', 'huggingface', 'hub'));
    expect(hub({}).cacheDir).toBe(join(folder, 'home', '.cache', 'huggingface', 'hub'));
  });

  test('the token: HF_TOKEN, then the file that a login left', async () => {
    expect(hub({ HF_HOME: folder }).token).toBeUndefined();
    await writeFile(join(folder, 'token'), 'stored\n');
    expect(hub({ HF_HOME: folder }).token).toBe('stored');
    expect(hub({ HF_HOME: folder, HF_TOKEN: ' given ' }).token).toBe('given');
    await writeFile(join(folder, 'other'), 'elsewhere');
    expect(hub({ HF_HOME: folder, HF_TOKEN_PATH: join(folder, 'other') }).token).toBe('elsewhere');
  });

  test('host and offline', () => {
    expect(hub({})).toMatchObject({ host: 'https://huggingface.co', offline: false });
    expect(hub({ HF_ENDPOINT: 'https://mirror', HF_HUB_OFFLINE: 'True' })).toMatchObject({
      host: 'https://mirror',
      offline: true,
    });
    expect(hub({ HF_HUB_OFFLINE: '0' }).offline).toBe(false);
  });
});
