import { describe, expect, test } from '@jest/globals';
import { Random } from '../random.js';
import { toInteger } from '../reference/half.js';
import { type Bench, everyVariant } from './harness.js';
import { expectSame } from './same.js';

const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 15, 16, 17];
const readI8 = (m: Bench, p: number, n: number) => new Int8Array(m.readU8(p, n).buffer);

everyVariant('cast of integers', (fresh) => {
  const LIMITS = [0, 1, -1, 127, -128, 255, 2 ** 24 + 1, 2 ** 24 + 3, 2 ** 31 - 1, -(2 ** 31), 33554435];
  test('i32 to f32, to nearest even', () => {
    const m = fresh();
    const y = m.f32(LIMITS.length);
    m.kernels.cast_i32_f32(y, m.i32(LIMITS), 0, LIMITS.length);
    expectSame(m.readF32(y, LIMITS.length), LIMITS.map(Math.fround));
    m.checkGuards();
  });

  test('all bytes to f32', () => {
    const m = fresh();
    const bytes = m.u8(Uint8Array.from({ length: 256 }, (_, i) => i));
    const y = m.f32(256);
    m.kernels.cast_u8_f32(y, bytes, 0, 256);
    expectSame(
      m.readF32(y, 256),
      Array.from({ length: 256 }, (_, i) => i),
    );
    m.kernels.cast_i8_f32(y, bytes, 0, 256);
    expectSame(
      m.readF32(y, 256),
      Array.from({ length: 256 }, (_, i) => (i < 128 ? i : i - 256)),
    );
  });

  const special = [
    NaN,
    Infinity,
    -Infinity,
    -0,
    0.5,
    1.5,
    2.5,
    -0.5,
    -1.5,
    -2.5,
    126.5,
    127.5,
    128,
    -128.5,
    -129,
  ];
  const wide = [
    254.5,
    255.5,
    256,
    300,
    -300,
    65535,
    70000,
    -70000,
    2 ** 31,
    -(2 ** 31),
    3e9,
    -3e9,
    1e38,
    0.49999997,
  ];
  const targets = [
    {
      to: 'cast_f32_i32',
      low: -(2 ** 31),
      high: 2 ** 31 - 1,
      bytes: 4,
      read: (m: Bench, p: number, n: number) => m.readI32(p, n),
    },
    { to: 'cast_f32_i8', low: -128, high: 127, bytes: 1, read: readI8 },
    {
      to: 'cast_f32_u8',
      low: 0,
      high: 255,
      bytes: 1,
      read: (m: Bench, p: number, n: number) => m.readU8(p, n),
    },
  ] as const;
  describe.each(targets)('$to', ({ to, low, high, bytes, read }) => {
    test.each([0, 1])('saturates; nearest = %i', (near) => {
      const x = [...special, ...wide, ...new Random(2).uniform(200, -300, 300)];
      const m = fresh();
      const y = m.alloc(x.length * bytes);
      m.kernels[to](y, m.f32(x), near, 0, x.length);
      const expected = x.map((v) => toInteger(Math.fround(v), low, high, near === 1));
      expectSame(read(m, y, x.length), expected);
      expect(() =>
        expectSame(
          x.map((v) => toInteger(Math.fround(v), low, high, near === 0)),
          expected,
        ),
      ).toThrow();
      m.checkGuards();
    });

    test.each(LENGTHS)('exactly [begin, end) of %i', (n) => {
      const m = fresh();
      const x = new Random(n).uniform(n + 2, -100, 100);
      const y = m.alloc((n + 2) * bytes);
      const untouched = read(m, y, 1)[0];
      m.kernels[to](y, m.f32(x, 4), 1, 1, n + 1);
      const inside = (i: number) => i >= 1 && i <= n;
      expectSame(
        read(m, y, n + 2),
        Array.from(x, (v, i) => (inside(i) ? toInteger(v, low, high, true) : untouched)),
      );
      m.checkGuards();
    });
  });

  test.each(LENGTHS)('bool of %i: anything but zero', (n) => {
    const m = fresh();
    const x = Float32Array.from({ length: n }, (_, i) => [0, -0, 1, NaN, 1e-45, -Infinity][(i * 7 + n) % 6]);
    const y = m.alloc(n);
    m.kernels.cast_f32_bool(y, m.f32(x, 4), 0, n);
    expectSame(
      m.readU8(y, n),
      Array.from(x, (v) => (v === 0 ? 0 : 1)),
    );
    m.checkGuards();
  });
});
