// The page of benchmarks, drawn from lines of JSON as the suites print them.
import { describe, expect, test } from '@jest/globals';
import { parseOptions } from '../../bench/options.mjs';
import { page } from '../../bench/publish/page.mjs';
import { PLAN } from '../../bench/publish/plan.mjs';
import { mean, table } from '../../bench/publish/tables.mjs';

const machine = {
  suite: 'machine',
  date: '2001-02-03',
  processor: 'Abacus',
  processors: 2,
  memory: 8,
  load: 0.1,
  system: 'linux x64',
  node: '20.0.0',
  v8: '11',
  version: '0.0.1',
  commit: 'abc',
  clock: 'wall',
};
const line = (
  suite: string,
  name: string,
  ours: number,
  rivals: Record<string, number>,
  more: object = {},
) => ({
  suite,
  case: name,
  variant: 'simd',
  threads: 1,
  ours_ms: ours,
  rivals: Object.fromEntries(
    Object.entries(rivals).map(([rival, ms]) => [rival, { version: '9', ms, runs: 3 }]),
  ),
  ratio: Object.fromEntries(Object.entries(rivals).map(([rival, ms]) => [rival, ms / ours])),
  args: [],
  ...more,
});
const write = (lines: object[]) =>
  page(lines as never, { command: 'x', pictures: { ratios: 'r.svg', shares: 's.svg' } });

describe('the page', () => {
  const lines = [
    machine,
    { suite: 'roofline', case: 'peak', variant: 'simd', unit: 'GFLOP/s', value: 59.04, args: [] },
    line('gemm', 'small', 2, { 'onnxruntime-web': 1, 'onnxruntime-node': 0.5 }, { share: 0.5 }),
    line('gemm', 'large', 2, { 'onnxruntime-web': 16, 'onnxruntime-node': 4 }, { share: 0.75 }),
    line('gemm', 'large', 1, { 'onnxruntime-web': 16 }, { variant: 'relaxed' }),
    line('gemm', 'large', 1, { 'onnxruntime-web': 9 }, { variant: 'relaxed', node: '24.1.0' }),
    line('gemm', 'large', 1, { 'onnxruntime-web': 8 }, { node: '24.1.0' }),
    {
      suite: 'memory',
      case: 'model',
      ours_mb: 10,
      weights_mb: 4,
      rivals: { 'onnxruntime-web': { peak_mb: 30 } },
    },
  ];
  const text = write(lines);

  test('says the machine, the versions and the means', () => {
    expect(text).toContain('fovea 0.0.1 (abc), 2001-02-03. Abacus; 2 processors, 8 GiB');
    expect(text).toContain('onnxruntime-web 9');
    expect(text).toMatch(/\| gemm +\| +2\.00 × \| +0\.71 × \|/);
    expect(text).toMatch(/\| gemm relaxed +\| +16\.00 × \| +– \|/);
    expect(text).toMatch(/\| peak +\| 59 GFLOP\/s \|/);
    expect(text).toMatch(/\| model +\| 10 MB \| +4 MB \| +30 MB \|/);
  });

  test('what another Node measured stands apart', () => {
    expect(text).toMatch(/\| gemm, Node 24 +\| +8\.00 × \|/);
    expect(text).toMatch(/\| gemm relaxed, Node 24 +\| +9\.00 × \|/);
    const [, section] = /## Gemm, Node 24\n\n(.*)\n/.exec(text) ?? [];
    expect(section).toMatch(/^Matrix products .*Everybody in Node 24/);
    expect(
      write(lines.map((each) => ({ ...each, ...('node' in each && { node: '20.0.0' }) }))),
    ).not.toContain('Node 24');
  });

  test('tells who was in another state than elsewhere', () => {
    const unsteady = line('gemm', 'odd', 2, { 'tfjs-wasm': 9 }, { unsteady: { 'tfjs-wasm': 2.31 } });
    expect(write([...lines, unsteady])).toContain(
      '- gemm, odd: tfjs-wasm took 2.3 times as long as in another process',
    );
  });

  test('names every case that is lost, and native code apart', () => {
    expect(text).toContain('- gemm, small: onnxruntime-web takes 50 % of our time');
    expect(text).not.toContain('- gemm, large');
    expect(text).toContain('Native code was faster in 1 of 2 cases');
    expect(write(lines.filter((each) => !('case' in each) || each.case !== 'small'))).toContain(
      'Nothing else in WebAssembly was faster',
    );
  });

  test('tells what failed', () => {
    const failed = line(
      'gemm',
      'huge',
      2,
      {},
      { rivals: { 'tfjs-wasm': { version: '4', error: 'no memory' } } },
    );
    const told = write([...lines, failed, { suite: 'decode', args: ['--dtype', 'q8'], failed: true }]);
    expect(told).toContain('- decode --dtype q8 did not finish');
    expect(told).toContain('- gemm, huge: tfjs-wasm failed (no memory)');
    expect(text).not.toContain('What failed');
  });
});

test('a mean is over the cases that a rival took part in', () => {
  const lines = [line('a', 'x', 1, { r: 2 }), line('a', 'y', 1, {}), line('a', 'z', 1, { r: 8 })];
  expect(mean(lines, 'r')).toBeCloseTo(4, 12);
  expect(mean(lines, 's')).toBeUndefined();
});

test('tables are Markdown with numbers to the right', () => {
  expect(
    table([
      ['', 'ms'],
      ['long name', '1'],
    ]),
  ).toBe(['|           |  ms |', '| --------- | --: |', '| long name |   1 |'].join('\n'));
});

test.each(PLAN.map(({ args }) => [args.join(' '), args] as const))(
  'the plan runs a suite that is: %s',
  (_, args) => {
    expect(parseOptions([...args, '--json'])).toMatchObject({ suite: args[0] });
  },
);
