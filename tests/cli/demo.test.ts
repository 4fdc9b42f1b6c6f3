// What `npm start` shows, and that its options still mean `generate`.
import { describe, expect, test } from '@jest/globals';
import { describeShared, sharedPath } from '../shared.js';
import { fovea } from './run.js';

describe('fovea demo', () => {
  test('a date as it is asked for, with its map, then the other models', async () => {
    const { code, stdout, stderr } = await fovea(['demo', 'the 3rd of May, 2019']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^fovea \S+ on Node \S+, \S+ \S+, build simd\n/);
    expect(stdout).toContain('  the 3rd of May, 2019  2019-05-03\n');
    expect(stdout).toMatch(/1 date in [\d.]+ ms, \d+ a second/);
    const lines = stdout.split('\n');
    const header = lines.findIndex((line) => line.includes('t h e \u2423 3 r d'));
    // A row for each character that was written, and one for the end.
    const rows = lines.slice(header + 1, header + 12);
    expect(rows.map((line) => line.trim().split(' ')[0]).join('')).toBe('2019-05-03</s>');
    // The last digit is written from the 3, which stands below its column.
    const column = lines[header].indexOf('3');
    expect('\u2593\u2588').toContain(rows[9][column]);
    expect(stdout).toContain('  31 41 59 26 53 58 97 93 23 84\n  23 26 31 41 53 58 59 84 93 97\n');
    expect(stdout).toContain('Verse');
  });

  test('without arguments: some dates of its own', async () => {
    const { code, stdout } = await fovea(['demo']);
    expect(code).toBe(0);
    expect(stdout.match(/\d{4}-\d\d-\d\d\n/g)!.length).toBeGreaterThanOrEqual(3);
  });

  test('it says when it guesses', async () => {
    const { stdout } = await fovea(['demo', 'next friday', '3.5.19']);
    expect(stdout).toMatch(/next friday {2}\S+ {2}\(a guess: \d+ % sure\)\n/);
    expect(stdout).toMatch(/3\.5\.19 {7}2019-05-03\n/);
  });

  test('--json', async () => {
    const { stdout } = await fovea(['demo', '--json', '3.5.19']);
    const { dates, sorted } = JSON.parse(stdout);
    expect(dates.dates).toEqual([{ text: '3.5.19', iso: '2019-05-03', probability: expect.any(Number) }]);
    expect(sorted.sorted).toEqual([...sorted.numbers].sort((a, b) => a - b));
  });

  test('a text that is no sequence it can read', async () => {
    const { code, stderr } = await fovea(['demo', 'x'.repeat(100)]);
    expect(code).toBe(1);
    expect(stderr).toContain('1 to 64 tokens, the longest has 100');
  });

  test('a command after it is that command', async () => {
    const { stdout } = await fovea(['demo', 'doctor', '--json']);
    expect(JSON.parse(stdout)).toHaveProperty('features');
  });
});

describeShared('demo with options of generate', 'models/stories260K', () => {
  test('continues a text', async () => {
    const args = ['--model', sharedPath('models/stories260K'), '--prompt', 'Once upon a time', '-n', '8'];
    const [demo, generate] = await Promise.all([fovea(['demo', ...args]), fovea(['generate', ...args])]);
    expect(demo.stdout).toMatch(/^Once upon a time, there was/);
    expect(demo.stdout).toBe(generate.stdout);
  });
});
