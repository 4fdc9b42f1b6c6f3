import { describe, expect, test } from '@jest/globals';
import { median } from '../../bench/measure.mjs';
import { parseOptions } from '../../bench/options.mjs';
import { normal } from '../../bench/random.mjs';
import { jsonLine, table } from '../../bench/report.mjs';

const row = (name: string, ours: number, rival: number) => ({
  suite: 'gemm',
  case: name,
  variant: 'simd',
  threads: 1,
  flops: 2e6,
  ours: { ms: ours, runs: 9 },
  rivals: { other: { version: '1.0.0', ms: rival, runs: 7 } },
});

describe('report', () => {
  test('a line of JSON has the rival time over ours', () => {
    expect(JSON.parse(jsonLine(row('a', 2, 3)))).toEqual({
      suite: 'gemm',
      case: 'a',
      variant: 'simd',
      threads: 1,
      ours_ms: 2,
      rivals: { other: { version: '1.0.0', ms: 3, runs: 7 } },
      ratio: { other: 1.5 },
    });
  });

  test('without fovea there is no ratio', () => {
    expect(JSON.parse(jsonLine({ ...row('a', 1, 1), ours: undefined }))).toMatchObject({
      ours_ms: null,
      ratio: {},
    });
  });

  test('the table ends with the geometric mean', () => {
    const lines = table([row('a', 1, 1), row('b', 1, 4)]).split('\n');
    expect(lines.at(-1)).toMatch(/geometric mean.* 2\.00$/);
  });
});

test('median of odd, even and unsorted numbers', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([10, 1, 2, 3])).toBe(2.5);
});

test('random numbers are the same for a seed, and normal', () => {
  const values = normal(20_001, 7, { mean: 3, std: 2 });
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(values).toEqual(normal(20_001, 7, { mean: 3, std: 2 }));
  expect(values).not.toEqual(normal(20_001, 8, { mean: 3, std: 2 }));
  // Five standard errors.
  expect(Math.abs(mean - 3)).toBeLessThan((5 * 2) / Math.sqrt(values.length));
  expect(Math.abs(variance - 4)).toBeLessThan((5 * 4 * Math.SQRT2) / Math.sqrt(values.length));
});

describe('command line', () => {
  test.each([[[]], [['nothing']], [['gemm', 'encoder']], [['gemm', '--seconds', '0']]])(
    'refuses %j',
    (args) => {
      expect(() => parseOptions(args)).toThrow();
    },
  );

  test.each([
    ['--rivals', 'nobody'],
    ['--clock', 'sun'],
    ['--what', ''],
  ])('refuses %s %s', (...flag) => {
    expect(() => parseOptions(['gemm', ...flag])).toThrow(new RegExp(flag[0]));
  });

  test('names the suite, and everyone by default', () => {
    expect(parseOptions(['encoder', '--json'])).toMatchObject({
      suite: 'encoder',
      json: true,
      withOurs: true,
      rivals: ['onnxruntime-web', 'tfjs-wasm', 'onnxruntime-node'],
    });
  });
});
