import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ArgumentError } from '../../../src/errors.js';
import { DTYPES, itemSize } from '../../../src/io/safetensors/dtype.js';
import { parseSafetensors, type TensorBytes } from '../../../src/io/safetensors/parse.js';
import { writeSafetensors } from '../../../src/io/safetensors/write.js';
import { counting } from './make.js';

const headerOf = (file: Uint8Array) =>
  new TextDecoder().decode(file.subarray(8, 8 + Number(new DataView(file.buffer).getBigUint64(0, true))));

describe('writeSafetensors', () => {
  test('widest elements first, then by name; header padded to 8', () => {
    const file = writeSafetensors(
      [
        ['b', { dtype: 'F16', shape: [1], bytes: counting(2) }],
        ['a', { dtype: 'BOOL', shape: [1], bytes: counting(1) }],
        ['z', { dtype: 'F32', shape: [], bytes: counting(4) }],
        ['c', { dtype: 'F32', shape: [2], bytes: counting(8) }],
      ],
      [['format', 'pt']],
    );
    expect(headerOf(file)).toMatch(
      /^\{"__metadata__":\{"format":"pt"\},"c":\{"dtype":"F32","shape":\[2\],"data_offsets":\[0,8\]\},"z":\{"dtype":"F32","shape":\[\],"data_offsets":\[8,12\]\},"b":\{"dtype":"F16","shape":\[1\],"data_offsets":\[12,14\]\},"a":\{"dtype":"BOOL","shape":\[1\],"data_offsets":\[14,15\]\}\} *$/,
    );
    expect(headerOf(file).length % 8).toBe(0);
  });

  const tensor = fc
    .record({ dtype: fc.constantFrom(...DTYPES), shape: fc.array(fc.nat(4), { maxLength: 3 }) })
    .map(({ dtype, shape }): TensorBytes => {
      const size = shape.reduce((a, b) => a * b, itemSize(dtype));
      return { dtype, shape, bytes: counting(size) };
    });
  const name = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('__proto__', 'constructor', '', '"', '\\', 'é日🙂'),
  );
  const tensors = fc.uniqueArray(fc.tuple(name, tensor), { selector: ([n]) => n, maxLength: 6 });

  test('what is written is read back, aligned, and equal for any order of the input', () => {
    fc.assert(
      fc.property(tensors, fc.array(fc.tuple(name, fc.string()), { maxLength: 3 }), (entries, metadata) => {
        const unique = new Map(metadata);
        const file = writeSafetensors(entries, unique);
        const back = parseSafetensors(file);
        expect(back.tensors.size).toBe(entries.length);
        for (const [n, t] of entries) {
          expect(back.tensors.get(n)).toEqual(t);
          expect(back.tensors.get(n)!.bytes.byteOffset % itemSize(t.dtype)).toBe(0);
        }
        expect(new Map(back.metadata)).toEqual(unique);
        expect(writeSafetensors([...entries].reverse(), unique)).toEqual(file);
      }),
    );
  });

  test.each<[string, [string, TensorBytes][]]>([
    ['the reserved name', [['__metadata__', { dtype: 'U8', shape: [0], bytes: counting(0) }]]],
    ['half a surrogate pair', [['\ud800', { dtype: 'U8', shape: [0], bytes: counting(0) }]]],
    ['too few bytes', [['x', { dtype: 'F32', shape: [2], bytes: counting(7) }]]],
    ['a negative shape', [['x', { dtype: 'U8', shape: [-1, -1], bytes: counting(1) }]]],
    ['a name twice', Array(2).fill(['x', { dtype: 'U8', shape: [1], bytes: counting(1) }])],
  ])('refuses %s', (_, entries) => {
    expect(() => writeSafetensors(entries)).toThrow(ArgumentError);
  });
});
