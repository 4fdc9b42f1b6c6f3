// Files that break the rules, each in one way: always a SafetensorsError, never another error, never a
// view outside the file.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SafetensorsError } from '../../../src/errors.js';
import { itemSize } from '../../../src/io/safetensors/dtype.js';
import { parseSafetensors } from '../../../src/io/safetensors/parse.js';
import { counting, type Json, jsonFile, rawFile, smallFile } from './make.js';

function refuse(file: Uint8Array, message: RegExp): void {
  expect(() => parseSafetensors(file, 'x.safetensors')).toThrow(SafetensorsError);
  expect(() => parseSafetensors(file, 'x.safetensors')).toThrow(message);
}

const u8 = (begin: number, end: number): Json => ({
  dtype: 'U8',
  shape: [end - begin],
  data_offsets: [begin, end],
});

describe('length', () => {
  test('truncated at every byte', () => {
    const file = smallFile();
    for (let length = 0; length < file.byteLength; length++)
      expect(() => parseSafetensors(file.subarray(0, length))).toThrow(SafetensorsError);
  });

  test('longer than its tensors', () => {
    const file = smallFile();
    const longer = new Uint8Array(file.byteLength + 3);
    longer.set(file);
    refuse(longer, /^x\.safetensors: 3 bytes after tensor "flag" belong to no tensor$/);
  });

  test.each([100_000_001n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])('header length %s', (length) => {
    refuse(rawFile('{}', counting(0), length), /over the limit of 100000000/);
  });

  test('header longer than the file', () => {
    refuse(rawFile('{}', counting(0), 3n), /header length 3 does not fit a file of 10 bytes/);
    refuse(rawFile('{}', counting(0), 99_999_999n), /does not fit/);
  });
});

describe('JSON', () => {
  test.each([
    ['empty', '', /does not begin with '\{'/],
    ['an array', '[]', /does not begin with '\{'/],
    ['white space first', ' {}', /does not begin with '\{'/],
    ['a byte order mark first', '\ufeff{}', /does not begin with '\{'/],
    ['unfinished', '{"a":', /not valid JSON/],
    ['followed by text', '{} x', /not valid JSON/],
    ['followed by zero bytes', '{}\0\0', /not valid JSON/],
    ['nested without end', '{"a":'.repeat(200_000), /not valid JSON/],
  ])('%s', (_, header, message) => refuse(rawFile(header, counting(0)), message));

  test('not UTF-8', () => {
    const header = Uint8Array.from([
      ...new TextEncoder().encode('{"'),
      0xc3,
      0x28,
      ...new TextEncoder().encode('":1}'),
    ]);
    refuse(rawFile(header, counting(0)), /not UTF-8/);
  });

  test('a deep but well-formed nesting is an ordinary error', () => {
    const depth = 300_000;
    const nested = `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(() => parseSafetensors(rawFile(nested, counting(0)))).toThrow(SafetensorsError);
  });

  test('keys that occur twice, also when one is written with an escape', () => {
    const tensor = JSON.stringify(u8(0, 1));
    refuse(rawFile(`{"a":${tensor},"a":${tensor}}`, counting(1)), /the key "a" occurs twice/);
    refuse(rawFile(`{"a":${tensor},"\\u0061" :${tensor}}`, counting(1)), /the key "a" occurs twice/);
    const shapes = '{"a":{"dtype":"U8","shape":[1],"shape":[2],"data_offsets":[0,1]}}';
    refuse(rawFile(shapes, counting(1)), /the key "shape" occurs twice/);
    refuse(rawFile('{"__metadata__":{"k":"1","k":"2"}}', counting(0)), /the key "k" occurs twice/);
    refuse(rawFile('{"__proto__":1,"__proto__":2}', counting(0)), /the key "__proto__" occurs twice/);
  });

  test('equal keys in different objects and inside strings are no repetition', () => {
    const header = `{"\\"a\\":":${JSON.stringify(u8(0, 1))},"{\\"a\\":1,\\"a\\":2}":${JSON.stringify(u8(1, 2))}}`;
    expect(parseSafetensors(rawFile(header, counting(2))).tensors.size).toBe(2);
  });
});

describe('fields', () => {
  const tensor = (fields: Record<string, Json>): Json => ({
    dtype: 'U8',
    shape: [1],
    data_offsets: [0, 1],
    ...fields,
  });
  test.each<[string, Json, RegExp]>([
    ['a tensor that is a number', 1, /tensor "t" is not an object/],
    ['a tensor that is null', null, /tensor "t" is not an object/],
    ['a tensor that is a list', [], /tensor "t" is not an object/],
    ['no fields', {}, /dtype undefined/],
    ['an unknown field', tensor({ strides: [1] }), /unknown field "strides"/],
    ['an unknown dtype', tensor({ dtype: 'F8_E4M3' }), /dtype "F8_E4M3", which is not supported/],
    ['a dtype named like an object method', tensor({ dtype: 'toString' }), /dtype "toString"/],
    ['a dtype of the wrong case', tensor({ dtype: 'u8' }), /dtype "u8"/],
    ['a shape that is a number', tensor({ shape: 1 }), /no shape/],
    ['a negative size', tensor({ shape: [-1] }), /shape \[-1\]/],
    ['two negative sizes', tensor({ shape: [-1, -1] }), /shape \[-1,-1\]/],
    ['a fraction', tensor({ shape: [0.5, 2] }), /shape \[0\.5,2\]/],
    ['a size given as text', tensor({ shape: ['1'] }), /shape \["1"\]/],
    ['a size past the safe integers', tensor({ shape: [2 ** 53] }), /shape/],
    ['a product past the safe integers', tensor({ shape: [2 ** 30, 2 ** 30] }), /shape/],
    ['such a product times zero', tensor({ shape: [2 ** 30, 2 ** 30, 0], data_offsets: [0, 0] }), /shape/],
    ['a byte count past the safe integers', tensor({ dtype: 'F64', shape: [2 ** 51] }), /shape/],
    ['one offset', tensor({ data_offsets: [0] }), /data_offsets \[0\]/],
    ['three offsets', tensor({ data_offsets: [0, 1, 1] }), /data_offsets/],
    ['no offsets', tensor({ data_offsets: null }), /data_offsets null/],
    ['negative offsets', tensor({ data_offsets: [-1, 0] }), /outside the 1 bytes/],
    ['reversed offsets', tensor({ data_offsets: [1, 0] }), /outside the 1 bytes/],
    ['an end past the data', tensor({ shape: [2], data_offsets: [0, 2] }), /outside the 1 bytes/],
    ['fractional offsets', tensor({ data_offsets: [0, 0.5] }), /expected \[begin, end\]/],
    ['huge offsets', tensor({ data_offsets: [1e300, 1e300] }), /expected \[begin, end\]/],
    ['fewer bytes than the shape', tensor({ shape: [2] }), /has 1 bytes, but U8 \[2\] takes 2/],
    ['more bytes than the shape', tensor({ shape: [0] }), /has 1 bytes, but U8 \[0\] takes 0/],
  ])('%s', (_, t, message) => refuse(jsonFile({ t }, counting(1)), message));

  test.each<[Json]>([[null], ['x'], [[]], [{ a: 1 }], [{ a: null }]])('__metadata__ %j', (metadata) => {
    refuse(jsonFile({ __metadata__: metadata }, counting(0)), /__metadata__/);
  });

  test('a message does not repeat megabytes of the file', () => {
    const dtype = 'x'.repeat(1_000_000);
    try {
      parseSafetensors(jsonFile({ t: tensor({ dtype }) }, counting(1)));
      throw new Error('accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(SafetensorsError);
      expect((error as Error).message.length).toBeLessThan(500);
    }
  });
});

describe('layout', () => {
  test('overlap', () => {
    refuse(jsonFile({ a: u8(0, 4), b: u8(3, 6) }, counting(6)), /tensor "b" overlaps tensor "a" by 1 bytes/);
    refuse(jsonFile({ a: u8(0, 4), b: u8(0, 4) }, counting(4)), /overlaps/);
    refuse(jsonFile({ a: u8(0, 4), inside: u8(2, 2) }, counting(4)), /overlaps/);
  });

  test('hole', () => {
    refuse(jsonFile({ a: u8(0, 2), b: u8(3, 6) }, counting(6)), /1 bytes between tensor "a" and tensor "b"/);
    refuse(jsonFile({ b: u8(3, 6) }, counting(6)), /3 bytes between the header and tensor "b"/);
    refuse(jsonFile({}, counting(6)), /6 bytes after the header/);
  });
});

/** What must hold of anything that is accepted: disjoint views, inside, as long as they claim, all covered. */
function expectSound(file: Uint8Array): void {
  const { tensors } = parseSafetensors(file);
  let covered = 0;
  for (const { dtype, shape, bytes } of tensors.values()) {
    expect(bytes.buffer).toBe(file.buffer);
    expect(bytes.byteOffset).toBeGreaterThanOrEqual(file.byteOffset);
    expect(bytes.byteOffset + bytes.byteLength).toBeLessThanOrEqual(file.byteOffset + file.byteLength);
    expect(shape.reduce((a, b) => a * b, itemSize(dtype))).toBe(bytes.byteLength);
    covered += bytes.byteLength;
  }
  const header = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  expect(covered).toBe(file.byteLength - 8 - header);
}

/** Runs the check and says whether the file was accepted; any error but ours fails the test. */
function accepted(file: Uint8Array): boolean {
  try {
    expectSound(file);
    return true;
  } catch (error) {
    if (error instanceof SafetensorsError) return false;
    throw error;
  }
}

describe('fuzz', () => {
  const base = smallFile();

  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void accepted(bytes)),
      { numRuns: 2000 },
    );
  });

  test('a good file with bytes overwritten, inserted or removed', () => {
    let passed = 0;
    const edit = fc.record({
      at: fc.nat(base.byteLength - 1),
      remove: fc.nat(3),
      insert: fc.uint8Array({ maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let bytes = [...base];
        for (const { at, remove, insert } of edits)
          bytes.splice(Math.min(at, bytes.length), remove, ...insert);
        bytes = bytes.slice(0, 1000);
        if (accepted(Uint8Array.from(bytes))) passed++;
      }),
      { numRuns: 5000 },
    );
    // Both outcomes occur, so the property was not vacuous: edits of data bytes leave a file good.
    expect(passed).toBeGreaterThan(0);
    expect(passed).toBeLessThan(5000);
  });

  test('headers that are JSON and nearly right', () => {
    const name = fc.constantFrom('a', 'b', '__proto__', '__metadata__', 'constructor');
    const size = fc.oneof(fc.nat(5), fc.constantFrom(-1, 0.5, 2 ** 53, 2 ** 31, '1', null));
    const info = fc.record(
      {
        dtype: fc.constantFrom('U8', 'F32', 'BOOL', 'F64', 'U64', 1),
        shape: fc.array(size, { maxLength: 3 }),
        data_offsets: fc.tuple(size, size),
      },
      { requiredKeys: ['dtype', 'shape', 'data_offsets'] },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, info), { maxLength: 3 }), fc.nat(12), (entries, length) => {
        const body = entries.map(([n, i]) => `${JSON.stringify(n)}:${JSON.stringify(i)}`).join(',');
        accepted(rawFile(`{${body}}`, counting(length)));
      }),
      { numRuns: 5000 },
    );
  });
});
