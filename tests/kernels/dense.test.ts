import { test } from '@jest/globals';
import { expectCanFail, expectClose, sumTolerance } from '../close.js';
import { Random } from '../random.js';
import { everyVariant } from './harness.js';
import { expectSame } from './same.js';

const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 19];

everyVariant('dense kernels', (fresh, variant) => {
  const fround = Math.fround;
  const madd = (a: number, b: number, c: number) => fround(fround(a * b) + c);

  test.each(LENGTHS)('add_scaled_f32 of %i, inner range', (n) => {
    const m = fresh();
    const r = new Random(n);
    const [a, c] = [r.uniform(n + 2), r.uniform(n + 2)];
    const y = m.f32(c, 4);
    m.kernels.add_scaled_f32(y, m.f32(a, 8), 0.3, 1, n + 1);
    const scaled = c.map((v, i) => (i >= 1 && i <= n ? madd(fround(0.3), a[i], v) : v));
    // both ends untouched
    if (variant === 'simd') expectSame(m.readF32(y, n + 2), scaled);
    else {
      expectClose(m.readF32(y, n + 2), scaled, sumTolerance(1, 1));
      if (n > 0) expectCanFail(scaled, sumTolerance(1, 1));
    }
    m.checkGuards();
  });

  test('a value does not depend on whether it stands in the body or in the tail', () => {
    const r = new Random(7);
    const [a, b] = [r.uniform(40), r.uniform(40)];
    const run = (n: number) => {
      const m = fresh();
      const y = m.f32(b);
      m.kernels.add_scaled_f32(y, m.f32(a), 0.7, 0, n);
      return m.readF32(y, n);
    };
    const whole = run(40);
    for (let n = 1; n < 40; n++) expectSame(run(n), whole.subarray(0, n));
  });

  test.each(LENGTHS)('clamp_f32 of %i', (n) => {
    const m = fresh();
    const x = new Random(n).uniform(n, -3, 3);
    if (n > 4) x.set([NaN, Infinity, -Infinity, -0, 1]);
    const y = m.f32(n, 4);
    m.kernels.clamp_f32(y, m.f32(x), -1, 1, 0, n);
    const expected = x.map((v) => (Number.isNaN(v) ? v : Math.min(Math.max(v, -1), 1)));
    expectSame(m.readF32(y, n), expected);
    m.checkGuards();
  });

  test('clamp_f32 with low above high gives high, as in PyTorch', () => {
    const m = fresh();
    const y = m.f32([-5, 0, 5, 0, 9]);
    m.kernels.clamp_f32(y, y, 2, 1, 0, 5);
    expectSame(m.readF32(y, 5), [1, 1, 1, 1, 1]);
  });
});
