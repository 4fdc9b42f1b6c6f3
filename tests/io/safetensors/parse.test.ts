import { describe, expect, test } from '@jest/globals';
import { DTYPES, itemSize } from '../../../src/io/safetensors/dtype.js';
import { parseSafetensors } from '../../../src/io/safetensors/parse.js';
import { counting, jsonFile, smallFile } from './make.js';

describe('parseSafetensors', () => {
  test('gives every tensor with dtype, shape and bytes', () => {
    const { metadata, tensors } = parseSafetensors(smallFile());
    expect([...metadata]).toEqual([['format', 'pt']]);
    expect([...tensors.keys()]).toEqual(['weight', 'empty', 'scale', 'flag']);
    expect(tensors.get('weight')).toEqual({ dtype: 'F32', shape: [2, 2], bytes: counting(16) });
    expect(tensors.get('empty')).toEqual({ dtype: 'F16', shape: [0, 7], bytes: new Uint8Array(0) });
    expect(tensors.get('scale')?.shape).toEqual([]);
    expect([...tensors.get('flag')!.bytes]).toEqual([20]);
  });

  test('copies nothing: the tensors are views, also of a file inside a larger buffer', () => {
    const file = smallFile();
    const larger = new Uint8Array(file.byteLength + 10);
    larger.set(file, 3);
    const { tensors } = parseSafetensors(larger.subarray(3, 3 + file.byteLength));
    const scale = tensors.get('scale')!.bytes;
    expect(scale.buffer).toBe(larger.buffer);
    expect([...scale]).toEqual([16, 17, 18, 19]);
    larger[scale.byteOffset] = 99;
    expect(scale[0]).toBe(99);
  });

  test('takes tensors listed in any order and sorts them by position', () => {
    const file = jsonFile(
      {
        last: { dtype: 'U8', shape: [2], data_offsets: [1, 3] },
        none: { dtype: 'I64', shape: [3, 0], data_offsets: [1, 1] },
        first: { dtype: 'I8', shape: [1], data_offsets: [0, 1] },
      },
      counting(3),
    );
    expect([...parseSafetensors(file).tensors.keys()]).toEqual(['first', 'none', 'last']);
  });

  test.each(DTYPES.map((dtype) => [dtype]))('knows %s', (dtype) => {
    const size = 3 * itemSize(dtype);
    const file = jsonFile({ x: { dtype, shape: [3], data_offsets: [0, size] } }, counting(size));
    expect(parseSafetensors(file).tensors.get('x')).toMatchObject({ dtype, shape: [3] });
  });

  test('a file without tensors is legal', () => {
    expect(parseSafetensors(jsonFile({}, counting(0))).tensors.size).toBe(0);
  });

  test('names that would poison a prototype are plain names', () => {
    const header =
      '{"__metadata__":{"__proto__":"m"},"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},' +
      '"constructor":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}';
    const json = new TextEncoder().encode(header);
    const file = new Uint8Array(8 + json.byteLength + 2);
    file[0] = json.byteLength;
    file.set(json, 8);
    const { tensors, metadata } = parseSafetensors(file);
    expect([...tensors.keys()]).toEqual(['__proto__', 'constructor']);
    expect(metadata.get('__proto__')).toBe('m');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { dtype?: string }).dtype).toBeUndefined();
  });
});
