import { describe, expect, test } from '@jest/globals';
import { ArgumentError, MissingFileError, SafetensorsError } from '../../../src/errors.js';
import {
  openCheckpoint,
  readCheckpointParts,
  readCheckpointTensor,
} from '../../../src/io/safetensors/checkpoint.js';
import { parseShardIndex } from '../../../src/io/safetensors/shards.js';
import { writeSafetensors } from '../../../src/io/safetensors/write.js';
import { memorySource } from '../../../src/io/source-memory.js';
import { counting } from './make.js';

const shard = (...names: string[]) =>
  writeSafetensors(names.map((name) => [name, { dtype: 'U8' as const, shape: [3], bytes: counting(3) }]));
const one = 'model-00001-of-00002.safetensors';
const two = 'model-00002-of-00002.safetensors';
const index = (map: Record<string, string>) =>
  JSON.stringify({ metadata: { total_size: 9 }, weight_map: map });
const folder = (files: Record<string, Uint8Array | string>) =>
  openCheckpoint(memorySource(Object.entries(files)));
const INDEX = 'model.safetensors.index.json';
const sharded = { [INDEX]: index({ a: one, b: two, c: one }), [one]: shard('a', 'c'), [two]: shard('b') };

describe('openCheckpoint', () => {
  test('a single file', async () => {
    const checkpoint = await folder({ 'model.safetensors': shard('a', 'b') });
    expect([...checkpoint.tensors.keys()]).toEqual(['a', 'b']);
    expect(checkpoint.byteLength).toBe(6);
    expect([...(await readCheckpointTensor(checkpoint, 'b'))]).toEqual([0, 1, 2]);
    await expect(readCheckpointTensor(checkpoint, 'x')).rejects.toThrow(ArgumentError);
  });

  test('shards under an index', async () => {
    const checkpoint = await folder(sharded);
    expect(new Map([...checkpoint.tensors].map(([name, { file }]) => [name, file]))).toEqual(
      new Map([
        ['a', one],
        ['c', one],
        ['b', two],
      ]),
    );
    const names: string[] = [];
    for await (const part of readCheckpointParts(checkpoint, { wanted: (name) => name !== 'a' }))
      names.push(part.name);
    expect(names).toEqual(['c', 'b']);
    expect(checkpoint.byteLength).toBe(9);
  });

  test('the single file wins over an index, as in transformers', async () => {
    const checkpoint = await folder({ ...sharded, 'model.safetensors': shard('only') });
    expect([...checkpoint.tensors.keys()]).toEqual(['only']);
  });

  test('no weights at all', async () => {
    await expect(folder({ 'pytorch_model.bin': 'x' })).rejects.toThrow(MissingFileError);
    await expect(folder({})).rejects.toThrow(
      /memory has no model\.safetensors or model\.safetensors\.index\.json/,
    );
  });

  test('missing shards, all named at once', async () => {
    await expect(folder({ [INDEX]: sharded[INDEX] })).rejects.toThrow(MissingFileError);
    await expect(folder({ [INDEX]: sharded[INDEX] })).rejects.toThrow(`memory has no ${one}, ${two}`);
  });

  test.each([
    [
      'a tensor in no shard',
      { ...sharded, [one]: shard('a') },
      /puts "c" into model-00001.*, which does not hold it/,
    ],
    [
      'a tensor in another shard',
      { ...sharded, [one]: shard('a'), [two]: shard('b', 'c') },
      /00002.* holds "c", which .* puts into model-00001/,
    ],
    [
      'a tensor that is not listed',
      { ...sharded, [two]: shard('b', 'd') },
      /holds "d", which .* does not list/,
    ],
    ['a shard that is cut', { ...sharded, [two]: shard('b').subarray(0, -1) }, /00002/],
  ])('%s', async (_, files, message) => {
    await expect(folder(files)).rejects.toThrow(SafetensorsError);
    await expect(folder(files)).rejects.toThrow(message);
  });
});

describe('parseShardIndex', () => {
  test.each([
    '../model.safetensors',
    '/etc/x.safetensors',
    'a/b.safetensors',
    'a\\b.safetensors',
    'C:x.safetensors',
    '..safetensors',
    '.safetensors',
    'pytorch_model-00001-of-00002.bin',
    '',
    'x.safetensors\0',
    'x.safetensors\n',
  ])('the shard name %j is refused', (name) => {
    expect(() => parseShardIndex(index({ a: name }))).toThrow(SafetensorsError);
    expect(() => parseShardIndex(index({ a: name }))).toThrow(/not the name of a safetensors file/);
  });

  test.each([
    ['no JSON', '{', /not valid JSON/],
    ['a list', '[]', /no weight_map/],
    ['null', 'null', /no weight_map/],
    ['no map', '{}', /no weight_map/],
    ['a map that is a list', '{"weight_map":[]}', /no weight_map/],
    ['an empty map', '{"weight_map":{}}', /lists no tensors/],
    ['a shard that is a number', '{"weight_map":{"a":1}}', /maps "a" to 1/],
    ['a tensor listed twice', `{"weight_map":{"a":"${one}","a":"${two}"}}`, /the key "a" occurs twice/],
  ])('%s', (_, text, message) => {
    expect(() => parseShardIndex(text)).toThrow(SafetensorsError);
    expect(() => parseShardIndex(text)).toThrow(message);
  });

  test('a tensor named __proto__ is an entry', () => {
    expect(parseShardIndex(`{"weight_map":{"__proto__":"${one}"}}`).weightMap.get('__proto__')).toBe(one);
  });
});
