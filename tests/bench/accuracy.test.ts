// The roundings that bench/accuracy compares, and the comparison itself.
import { describe, expect, test } from '@jest/globals';
import { compare } from '../../bench/accuracy/measure.mjs';
import { SCHEMES } from '../../bench/accuracy/schemes.mjs';
import { Random } from '../random.js';

const error = (a: Float32Array, b: Float32Array): number =>
  Math.hypot(...a.map((v, i) => v - b[i])) / Math.hypot(...a);

describe.each(SCHEMES)('$name', ({ bits, round }) => {
  test('rounds as finely as its bits allow, rows of any length, zeros to zeros', () => {
    for (const K of [5, 32, 96, 256, 300]) {
      const row = new Random(K).normal(K);
      const rounded = row.slice();
      round(rounded);
      // a step is about the largest of 32 (or more) normal numbers over 127, or over 8
      expect(error(row, rounded)).toBeLessThan(bits >= 8 ? 0.01 : 0.12);
      expect(error(row, rounded)).toBeGreaterThan(0);
    }
    const zeros = new Float32Array(40);
    round(zeros);
    expect(zeros.every((v) => v === 0)).toBe(true);
  });

  test('has no more values than its bits', () => {
    const row = new Random(7).normal(32);
    round(row);
    expect(new Set(row).size).toBeLessThanOrEqual(bits >= 8 ? 32 : 16);
  });
});

test('the worst window counts, and a loss that grows is a perplexity that grows', () => {
  const window = Float32Array.of(1, 2, 3);
  const exact = { hidden: [window, window], loss: Math.log(2) };
  const other = { hidden: [window, Float32Array.of(3, 2, 1)], loss: Math.log(2.2) };
  const { cosine, perplexity, change } = compare(exact, other);
  expect(cosine).toBeCloseTo(10 / 14, 6);
  expect(perplexity).toBeCloseTo(2.2, 9);
  expect(change).toBeCloseTo(0.1, 9);
  expect(compare(exact, exact)).toMatchObject({ cosine: 1, change: 0 });
});
