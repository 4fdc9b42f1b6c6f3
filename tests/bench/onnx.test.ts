// The ONNX writer, byte by byte against the examples of https://protobuf.dev/programming-guides/encoding/;
// that onnxruntime reads whole models of it is seen by every run of the benchmark.
import { describe, expect, test } from '@jest/globals';
import { Graph } from '../../bench/rivals/onnx/graph.mjs';
import { Message } from '../../bench/rivals/onnx/protobuf.mjs';

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
