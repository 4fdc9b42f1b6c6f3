import { describe, expect, test } from '@jest/globals';
import { firstLine, share } from '../../bench/case.mjs';
import { median } from '../../bench/measure.mjs';
import { parseOptions } from '../../bench/options.mjs';
import { normal, repeated } from '../../bench/random.mjs';
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

  test('a share of the limit and a rival that failed are told', () => {
    const failed = { ...row('a', 2, 3), share: 0.1234, rivals: { other: { version: '1.0.0', error: 'no' } } };
    expect(JSON.parse(jsonLine(failed))).toMatchObject({
      share: 0.123,
      rivals: { other: { version: '1.0.0', error: 'no' } },
      ratio: {},
    });
    const lines = table([failed, row('b', 1, 3)]).split('\n');
    expect(lines[1]).toMatch(/12 % +failed +-$/);
    expect(lines.at(-1)).toMatch(/ 3\.00$/);
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

describe('share of the limits', () => {
  const limits = { madd: 50, dot: 100, stream: 25, ahead: 30 };
  const of = (given: object, bytes?: number, threads = 1) =>
    share({ ...bare, flops: 1e9, ...given }, 40, bytes, limits, threads);
  const bare = { name: '', load: async () => null, check: () => {}, release: () => {} };

  test('is that of the operations, with each thread a peak of its own', () => {
    expect(of({})).toBeCloseTo(0.5, 12);
    expect(of({ limit: 'dot' })).toBeCloseTo(0.25, 12);
    expect(of({}, undefined, 2)).toBeCloseTo(0.25, 12);
  });

  test('is that of the reading where it takes longer', () => {
    expect(of({ reads: 2 }, 375e6)).toBeCloseTo(0.75, 12);
    expect(of({ reads: 1 }, 1e6)).toBeCloseTo(0.5, 12);
    expect(of({}, 750e6)).toBeCloseTo(0.5, 12);
  });
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

test('large weights repeat what was drawn, without two like rows', () => {
  const values = repeated(1048573 + 100, 3);
  expect(values.subarray(0, 1000)).toEqual(normal(1000, 3));
  expect(values.subarray(1048573)).toEqual(values.subarray(0, 100));
});

test('what is told of a failure is a line without paths', () => {
  expect(firstLine(new Error('no room at /mnt/work/core/safe.h:17 for it\nmore'))).toBe('no room at for it');
  expect(firstLine(1234)).toBe('error 1234');
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
    ['--dtype', 'q2'],
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
