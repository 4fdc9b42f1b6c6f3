// The table can fail: a bit that differs, a check without a result, fewer threads than there should be; and a
// runtime that is not there has not passed.
import { describe, expect, test } from '@jest/globals';
import { compare, drawTable, threadsOf } from './table.mjs';

const NAMES = ['attention', 'threads'];
const digest = (seed: string): string => seed.repeat(64).slice(0, 64);

const row = (name: string, attention = digest('a')) => ({
  name,
  version: '1.0',
  threads: 2,
  checks: {
    attention: { digest: attention },
    threads: { digest: digest('b'), note: '2 threads' },
  },
});

describe('a row', () => {
  test('passes when every digest is that of the first', () => {
    const verdicts = compare([row('A'), row('B')], NAMES);
    expect(verdicts.map(({ status }) => status)).toEqual(['passed', 'passed']);
    expect(verdicts[1].cells).toEqual(['aaaaaaaa', 'bbbbbbbb']);
  });

  test('fails when one bit differs, even in a digit that is not shown', () => {
    const [first, second] = compare([row('A'), row('B', `${digest('a').slice(0, 63)}b`)], NAMES);
    expect(first.status).toBe('passed');
    expect(second.status).toBe('failed');
    expect(second.cells[0]).toBe('≠aaaaaaa');
    expect(second.problems).toEqual([expect.stringMatching(/^attention: a{63}b instead of a{64}$/)]);
  });

  test.each([
    ['threw', { checks: { ...row('B').checks, attention: { error: 'EngineError: no' } } }],
    ['is not there', { checks: { threads: row('B').checks.threads } }],
  ])('fails when a check %s', (_, part) => {
    const [, second] = compare([row('A'), { ...row('B'), ...part }], NAMES);
    expect([second.status, second.cells[0]]).toEqual(['failed', 'ERROR']);
  });

  test('fails when the runtime gave nothing, or an error beside its results', () => {
    const [nothing, beside] = compare(
      [
        { name: 'A', error: 'died' },
        { ...row('B'), error: 'died' },
      ],
      NAMES,
    );
    expect([nothing.status, beside.status]).toEqual(['failed', 'failed']);
  });

  test('fails when it has fewer threads than it should, or more', () => {
    const checks = { ...row('B').checks, threads: { digest: digest('b'), note: 'no SharedArrayBuffer' } };
    const [one] = compare([{ ...row('B'), checks }], NAMES);
    expect(one.problems).toEqual(['threads: 1 instead of 2 (no SharedArrayBuffer)']);
    expect(compare([{ ...row('B'), threads: 1 }], NAMES)[0].status).toBe('failed');
    expect(threadsOf({ name: 'B', checks })).toBe(1);
  });

  test('that is missing has not passed, and does not set the digest', () => {
    const verdicts = compare([{ name: 'A', missing: 'not installed' }, row('B'), row('C')], NAMES);
    expect(verdicts.map(({ status }) => status)).toEqual(['missing', 'passed', 'passed']);
  });
});

test('the drawing has a line for each and says what is wrong', () => {
  const verdicts = compare(
    [row('A'), { name: 'B', missing: 'not installed (npm)' }, row('C', digest('c'))],
    NAMES,
  );
  const text = drawTable(verdicts, NAMES);
  expect(text).toMatch(/^A .*passed$/m);
  expect(text).toMatch(/^B .*missing: not installed \(npm\)$/m);
  expect(text).toMatch(/^C .*≠ccccccc.*failed$/m);
  expect(text).toContain(`C: attention: ${digest('c')} instead of ${digest('a')}`);
});
