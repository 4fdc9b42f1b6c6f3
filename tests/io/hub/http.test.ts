// The plain HTTP source: nothing cached, works without Node.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DownloadError, MissingFileError } from '../../../src/errors.js';
import type { HubOptions } from '../../../src/io/http.js';
import { openCheckpoint, readCheckpointParts } from '../../../src/io/safetensors/checkpoint.js';
import { readHeader } from '../../../src/io/safetensors/reader.js';
import { writeSafetensors } from '../../../src/io/safetensors/write.js';
import { readBytes, readJson } from '../../../src/io/source.js';
import { hubSource } from '../../../src/io/source-hub.js';
import { counting } from '../safetensors/make.js';
import { expectSame, HubServer } from './server.js';

let hub: HubServer;
const weights = writeSafetensors([
  ['big', { dtype: 'F32', shape: [500, 500], bytes: counting(1_000_000) }],
  ['small', { dtype: 'F16', shape: [3], bytes: counting(6) }],
]);

beforeEach(async () => {
  hub = await new HubServer().start();
  hub.put('config.json', '{"model_type":"bert"}');
  hub.put('empty.bin', '');
  hub.put('model.safetensors', weights, true);
});

afterEach(() => hub.stop());

const open = (options: HubOptions = {}) =>
  hubSource('owner/model', { host: `${hub.host}/`, token: 'secret', ...options });

describe('hubSource', () => {
  test('reads whole files, ranges and JSON', async () => {
    const source = open();
    expect(await readJson(source, 'config.json')).toEqual({ model_type: 'bert' });
    expect(await source.size('model.safetensors')).toBe(weights.byteLength);
    expectSame(await readBytes(source, 'model.safetensors'), weights);
    expectSame(
      await readBytes(source, 'model.safetensors', { begin: 5, end: 700_000 }),
      weights.subarray(5, 700_000),
    );
    expectSame(await readBytes(source, 'model.safetensors', { begin: 999_999 }), weights.subarray(999_999));
    expect((await readBytes(source, 'model.safetensors', { begin: 4, end: 4 })).byteLength).toBe(0);
  });

  test('an empty file', async () => {
    expect(await open().size('empty.bin')).toBe(0);
    expect((await readBytes(open(), 'empty.bin')).byteLength).toBe(0);
  });

  test('a server that ignores ranges costs bytes, not correctness', async () => {
    hub.accidents = { ignoreRange: true };
    const source = open();
    expectSame(
      await readBytes(source, 'model.safetensors', { begin: 5, end: 700_000 }),
      weights.subarray(5, 700_000),
    );
    expect(await source.size('model.safetensors')).toBe(weights.byteLength);
  });

  test('a server that answers with another range is not believed', async () => {
    const source = open();
    await source.size('model.safetensors');
    hub.accidents = { wrongRange: true };
    const reading = readBytes(source, 'model.safetensors', { begin: 5, end: 9 });
    await expect(reading).rejects.toThrow(/asked from byte 5, got from 6/);
  });

  test('a file that is not there', async () => {
    expect(await open().has('config.json')).toBe(true);
    expect(await open().has('absent.json')).toBe(false);
    await expect(readBytes(open(), 'absent.json')).rejects.toThrow(MissingFileError);
    await expect(open().has('../x')).rejects.toMatchObject({ name: 'ArgumentError' });
  });

  test('all files come from the commit of the first', async () => {
    const source = open();
    await readJson(source, 'config.json');
    hub.commit = '2'.repeat(40);
    await readBytes(source, 'config.json', { begin: 0, end: 3 });
    expect(hub.seen.map((s) => s.path.split('/')[4])).toEqual(['main', '1'.repeat(40), '1'.repeat(40)]);
  });

  test('the token goes to the Hub only', async () => {
    await open().size('model.safetensors');
    expect(hub.seen.map((s) => [s.server, s.authorization])).toEqual([
      ['hub', 'Bearer secret'],
      ['cdn', undefined],
    ]);
  });

  test('an abort throws its reason, before and during the body', async () => {
    const reason = new Error('enough');
    await expect(readBytes(open(), 'config.json', { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const source = open();
    await source.size('model.safetensors');
    hub.accidents = { stallAfter: 1000 };
    const controller = new AbortController();
    const onProgress = () => controller.abort(reason);
    const reading = readBytes(source, 'model.safetensors', { signal: controller.signal, onProgress });
    await expect(reading).rejects.toBe(reason);
  });

  test('a cut connection, a server that is down, a refusal: DownloadError', async () => {
    const source = open();
    await source.size('model.safetensors');
    hub.accidents = { cutAfter: 1000, cuts: 1 };
    await expect(readBytes(source, 'model.safetensors')).rejects.toThrow(DownloadError);
    hub.accidents = { refuse: { status: 401 } };
    await expect(open().has('config.json')).rejects.toMatchObject({ name: 'DownloadError', status: 401 });
    await hub.stop();
    await expect(open().has('config.json')).rejects.toThrow(/ECONNREFUSED/);
    await hub.start();
  });

  test('the header of a checkpoint is read without its weights', async () => {
    const header = await readHeader(open(), 'model.safetensors');
    expect([...header.tensors.keys()]).toEqual(['big', 'small']);
    expect(hub.seen.filter((s) => s.server === 'cdn').map((s) => s.range)).toEqual([
      'bytes=0-0',
      'bytes=0-65535',
    ]);
  });

  test('a checkpoint streams through in parts', async () => {
    const checkpoint = await openCheckpoint(open());
    let bytes = 0;
    let parts = 0;
    for await (const part of readCheckpointParts(checkpoint)) {
      bytes += part.bytes.byteLength;
      parts++;
    }
    expect(bytes).toBe(checkpoint.byteLength);
    expect(parts).toBeGreaterThan(2);
  });
});
