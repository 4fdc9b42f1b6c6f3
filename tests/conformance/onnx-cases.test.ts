// The reader of the ONNX cases, against bytes written out by hand and the index of the real ones; the judge.
import { describe, expect, test } from '@jest/globals';
import type { DType } from '../../src/tensor/dtype.js';
import { everyEngine } from '../engine.js';
import { describeShared } from '../shared.js';
import { expectOutput } from './onnx/judge.js';
import { ONNX_FOLDER, onnxIndex, readOnnxCases } from './onnx-cases.js';
import { decodeElements, type OnnxDType } from './onnx-dtype.js';

const decode = (dtype: OnnxDType, bytes: number[], n: number): number[] =>
  Array.from(decodeElements(dtype, Uint8Array.from(bytes), n, 'x'));

describe('elements', () => {
  test.each<[OnnxDType, number[], number[]]>([
    ['float64', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], [1.5]],
    ['float32', [0, 0, 0xc0, 0x7f, 0, 0, 0x80, 0xff], [NaN, -Infinity]],
    ['float16', [0, 0x3c, 1, 0, 0, 0xfc], [1, 2 ** -24, -Infinity]],
    ['bfloat16', [0xc0, 0x3f], [1.5]],
    ['int64', [254, 255, 255, 255, 255, 255, 255, 255], [-2]],
    ['uint64', [0, 0, 0, 0, 1, 0, 0, 0], [2 ** 32]],
    ['int32', [255, 255, 255, 255], [-1]],
    ['uint32', [255, 255, 255, 255], [2 ** 32 - 1]],
    ['int16', [0, 0x80], [-32768]],
    ['uint16', [0, 0x80], [32768]],
    ['int8', [0x80, 1], [-128, 1]],
    ['uint8', [0x80], [128]],
    ['bool', [1, 0], [1, 0]],
    ['int4', [0x8f, 0x07], [-1, -8, 7]],
    ['uint4', [0x8f, 0x07], [15, 8, 7]],
    ['int2', [0b11100100, 0b10], [0, 1, -2, -1, -2]],
    ['uint2', [0b11100100, 0b10], [0, 1, 2, 3, 2]],
  ])('%s', (dtype, bytes, values) => {
    expect(decode(dtype, bytes, values.length)).toEqual(values);
  });

  test('wrong sizes, inexact values and dtypes without a reader are refused', () => {
    expect(() => decode('float32', [0, 0, 0], 1)).toThrow('3 bytes for 1 elements of float32');
    expect(() => decode('int4', [0, 0], 1)).toThrow('2 bytes for 1 elements of int4');
    expect(() => decode('int64', [1, 0, 0, 0, 0, 0, 32, 0], 1)).toThrow('not exact');
    expect(() => decode('float8e5m2', [0], 1)).toThrow('no reader for float8e5m2');
  });
});

describeShared('the index of the ONNX cases', ONNX_FOLDER, () => {
  test('names every case that is read, each once', () => {
    const index = onnxIndex();
    const names = index.flatMap((o) => readOnnxCases(o.op).map((c) => c.name));
    expect(index.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(index.reduce((n, o) => n + o.names.length, 0));
  });

  test('values are those of the case', () => {
    const [c] = readOnnxCases('Gather');
    const [data, indices] = c.inputs;
    expect([data!.dtype, data!.data.length, indices!.dtype]).toEqual([
      'float32',
      data!.shape.reduce((a, b) => a * b, 1),
      'int64',
    ]);
  });
});

everyEngine('the judge', (engine) => {
  const expected = {
    name: 'y',
    dtype: 'float32',
    shape: [2, 1],
    data: Float64Array.of(3, 200),
    strings: [],
  } as const;
  const judged =
    (values: number[], shape: number[] = [2, 1], dtype: DType = 'f32', exact = false) =>
    () =>
      engine().scope(() =>
        expectOutput(engine().tensor(values, shape, { dtype }), expected, exact, 'a case'),
      );

  test('a share of 2e-6 of what is larger than 1, or nothing at all', () => {
    expect(judged([3, 200])).not.toThrow();
    expect(judged([3 + 5e-6, 200 - 3.9e-4])).not.toThrow();
    expect(judged([3 + 5e-6, 200], [2, 1], 'f32', true)).toThrow('y: Infinity times');
    expect(judged([3 + 8e-6, 200])).toThrow('times the tolerance');
    expect(judged([3, 200 + 4.4e-4])).toThrow('times the tolerance');
    expect(judged([3, NaN])).toThrow('Infinity times');
  });

  test('shape and dtype', () => {
    expect(judged([3, 200], [2])).toThrow('y: expected shape [2, 1], got [2]');
    expect(judged([3, 200], [2, 1], 'i32')).toThrow('y: expected float32 (f32), got i32');
  });
});
