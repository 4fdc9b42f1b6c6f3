import { describe, expect, test } from '@jest/globals';
import { ArgumentError } from '../../src/errors.js';
import { cosineWithWarmup, LambdaLR, linearWarmup } from '../../src/optim/index.js';
import { cosPi } from '../../src/optim/schedule.js';

describe('cosPi', () => {
  test('agrees with the cosine everywhere, and is exact where it can be', () => {
    for (let i = 0; i <= 1000; i++) {
      const x = i / 1000;
      const exact = x > 0.25 && x < 0.75 ? Math.sin(Math.PI * (0.5 - x)) : Math.cos(Math.PI * x);
      expect(Math.abs(cosPi(x) - exact)).toBeLessThanOrEqual(2 ** -51);
    }
    expect([0, 0.5, 1].map(cosPi)).toEqual([1, 0, -1]);
  });

  test('has these bits on every engine', () => {
    expect([1 / 3, 0.1, 0.3, 0.7].map(cosPi)).toEqual([
      0.5, 0.9510565162951535, 0.5877852522924731, -0.587785252292473,
    ]);
  });
});

describe('schedules', () => {
  test('warm-up is a straight line that ends', () => {
    expect([0, 1, 2, 4, 5, 100].map(linearWarmup(4))).toEqual([0, 0.25, 0.5, 1, 1, 1]);
    expect(linearWarmup(0)(0)).toBe(1);
  });

  test('cosine: up, down, and then level', () => {
    const f = cosineWithWarmup({ warmupSteps: 100, totalSteps: 2000, minFactor: 0.1 });
    expect([0, 50, 100, 2000, 5000].map(f)).toEqual([0, 0.5, 1, 0.1, 0.1]);
    expect(f(1050)).toBeCloseTo(0.55, 12);
    for (let s = 101; s <= 2000; s++) expect(f(s)).toBeLessThan(f(s - 1));
    for (const s of [200, 700, 1900])
      expect(f(s)).toBeCloseTo(0.1 + 0.45 * (1 + Math.cos((Math.PI * (s - 100)) / 1900)), 14);
  });

  test('refuses steps that are none', () => {
    expect(() => linearWarmup(-1)).toThrow(ArgumentError);
    expect(() => cosineWithWarmup({ warmupSteps: 5, totalSteps: 5 })).toThrow(ArgumentError);
    expect(() => cosineWithWarmup({ totalSteps: 1.5 })).toThrow(ArgumentError);
  });

  test('LambdaLR scales each group from its own rate', () => {
    const optimizer = { paramGroups: [{ lr: 1 }, { lr: 8 }] };
    const scheduler = new LambdaLR(optimizer, linearWarmup(4));
    expect(scheduler.getLastLr()).toEqual([0, 0]);
    scheduler.step();
    expect(scheduler.getLastLr()).toEqual([0.25, 2]);
    scheduler.goTo(3);
    expect(scheduler.getLastLr()).toEqual([0.75, 6]);
    expect(scheduler.lastStep).toBe(3);
  });
});
