// The ONNX writer, byte by byte against the examples of https://protobuf.dev/programming-guides/encoding/;
// that onnxruntime reads whole models of it is seen by every run of the benchmark.
import { describe, expect, test } from '@jest/globals';
import { Graph } from '../../bench/rivals/onnx/graph.mjs';
import { Message } from '../../bench/rivals/onnx/protobuf.mjs';
import { int4, int8 } from '../../bench/rivals/onnx/quantize.mjs';

const hex = (message: Message): string => Buffer.from(message.finish()).toString('hex');

describe('protobuf', () => {
  test('varint', () => {
    expect(hex(new Message().int(1, 150))).toBe('089601');
  });

  test('a negative integer takes ten bytes', () => {
    expect(hex(new Message().int(1, -2))).toBe('08feffffffffffffffff01');
  });

  test('string', () => {
    expect(hex(new Message().string(2, 'testing'))).toBe('120774657374696e67');
  });

  test('submessage', () => {
    expect(hex(new Message().message(3, new Message().int(1, 150)))).toBe('1a03089601');
  });

  test('packed integers', () => {
    expect(hex(new Message().ints(6, [3, 270, 86942]))).toBe('3206038e029ea705');
  });

  test('float', () => {
    expect(hex(new Message().float(2, 1.5))).toBe('150000c03f');
  });

  test('a field number above 15 takes a longer tag', () => {
    expect(hex(new Message().int(20, 1))).toBe('a00101');
  });
});

test('a weight is stored once, raw and little-endian', () => {
  const graph = new Graph();
  graph.constant('w', [2, 2], Float32Array.of(1, 2, 3, -4));
  const file = Buffer.from(graph.finish()).toString('hex');
  // TensorProto: dims [2, 2], data_type FLOAT, name "w", raw_data.
  expect(
    file.split('0a020202' + '1001' + '420177' + '4a10' + '0000803f0000004000004040000080c0'),
  ).toHaveLength(2);
});

describe('weights as onnxruntime quantises them', () => {
  const [K, N] = [64, 3];
  const b = Float32Array.from({ length: K * N }, (_, i) => Math.sin(7 * i));
  const worst = (values: Iterable<number>) => Math.max(...[...values].map(Math.abs));

  test('8 bits: a scale for each column, off by half a step', () => {
    const { data, scales } = int8(b, K, N);
    for (let n = 0; n < N; n++) {
      const off = Array.from({ length: K }, (_, k) => data[k * N + n] * scales[n] - b[k * N + n]);
      expect(worst(off)).toBeLessThanOrEqual(scales[n] / 2 + 1e-7);
      expect(worst(Array.from({ length: K }, (_, k) => data[k * N + n]))).toBe(127);
    }
  });

  test('4 bits: a scale for 32 values of an output, off by half a step but at one end', () => {
    const { data, scales, shape } = int4((n, k) => b[k * N + n], N, K);
    expect(shape).toEqual([N, 2, 16]);
    for (let n = 0; n < N; n++) {
      for (let k = 0; k < K; k++) {
        const at = n * K + k;
        const scale = scales[Math.floor(at / 32)];
        const value = (((data[at >> 1] >> (4 * (at & 1))) & 15) - 8) * scale;
        // Zero is 8: there are eight steps one way and seven the other, where the last is cut off.
        const allowed = b[k * N + n] / scale > 7 ? 1 : 0.5;
        expect(Math.abs(value - b[k * N + n])).toBeLessThanOrEqual((allowed + 1e-5) * Math.abs(scale));
      }
    }
  });
});
