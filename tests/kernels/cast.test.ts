import { describe, expect, test } from '@jest/globals';
import { Random } from '../random.js';
import { brainValue, halfValue, toBrain, toHalf, toInteger } from '../reference/half.js';
import { type Bench, everyVariant } from './harness.js';
import { expectSame } from './same.js';

const ALL = Uint16Array.from({ length: 65536 }, (_, i) => i);
const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 15, 16, 17];
const readU16 = (m: Bench, p: number, n: number) => new Uint16Array(m.readU8(p, n * 2).buffer);
const readI8 = (m: Bench, p: number, n: number) => new Int8Array(m.readU8(p, n).buffer);

/** Every 16-bit value, the midpoint to the next one, and the floats just beside that midpoint. */
function roundingCases(value: (bits: number) => number): Float32Array {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  const beside = (x: number, step: number) => {
    float[0] = x;
    bits[0] += step;
    return float[0];
  };
  const out: number[] = [NaN, Infinity, -Infinity, 65519.996, 65520, 65536, 1e38, 3.4e38, -3.4e38, 1e-45];
  for (let b = 0; b < 0x7fff; b++) {
    const x = value(b);
    const next = value(b + 1);
    if (!Number.isFinite(next)) continue;
    const middle = Math.fround((x + next) / 2);
    const near = [x, middle, beside(middle, 1), ...(middle > 0 ? [beside(middle, -1)] : [])];
    out.push(...near, ...near.map((v) => -v));
  }
  return Float32Array.from(out);
}

everyVariant('cast of 16-bit floats', (fresh) => {
  const formats = [
    { name: 'f16', up: 'cast_f16_f32', down: 'cast_f32_f16', value: halfValue, nearest: toHalf, nan: 0x7c00 },
    {
      name: 'bf16',
      up: 'cast_bf16_f32',
      down: 'cast_f32_bf16',
      value: brainValue,
      nearest: toBrain,
      nan: 0x7f80,
    },
  ] as const;
  describe.each(formats)('$name', ({ up, down, value, nearest, nan }) => {
    test('all 65536 patterns to f32', () => {
      const m = fresh();
      const y = m.f32(65536);
      m.kernels[up](y, m.u16(ALL), 0, 65536);
      const expected = Float64Array.from(ALL, value);
      expectSame(m.readF32(y, 65536), expected);
      expect(() =>
        expectSame(
          Float64Array.from(ALL, (b) => value(b & 0x7fff)),
          expected,
        ),
      ).toThrow();
      m.checkGuards();
    });

    test('all of them there and back', () => {
      const m = fresh();
      const wide = m.f32(65536);
      const y = m.alloc(2 * 65536);
      m.kernels[up](wide, m.u16(ALL), 0, 65536);
      m.kernels[down](y, wide, 0, 65536);
      const isNan = (b: number) => (b & 0x7fff) > nan;
      const got = readU16(m, y, 65536);
      expectSame(
        got.filter((_, b) => !isNan(b)),
        ALL.filter((b) => !isNan(b)),
      );
      got.forEach((b, i) => void (isNan(b) === isNan(i) || expect([b, i]).toBe('both NaN')));
    });

    test('to nearest even, at and beside every midpoint', () => {
      const m = fresh();
      const x = roundingCases(value);
      const y = m.alloc(2 * x.length);
      m.kernels[down](y, m.f32(x), 0, x.length);
      const got = readU16(m, y, x.length);
      got[0] &= 0x7fff; // the sign of a NaN is the host's affair
      const expected = Uint16Array.from(x, nearest);
      expectSame(got, expected);
      const truncated = expected.map((b, i) => (Math.abs(value(b)) > Math.abs(x[i]) ? b - 1 : b));
      expect(() => expectSame(truncated, expected)).toThrow();
      m.checkGuards();
    });

    test.each(LENGTHS)('exactly [begin, end) of %i', (n) => {
      const m = fresh();
      const x = new Random(n).normal(n + 2);
      const y = m.u16(new Uint16Array(n + 2).fill(7));
      m.kernels[down](y, m.f32(x, 4), 1, n + 1);
      const expected = Array.from(x, (v, i) => (i >= 1 && i <= n ? nearest(v) : 7));
      expectSame(readU16(m, y, n + 2), expected);
      const z = m.f32(new Float32Array(n + 2).fill(7), 4);
      m.kernels[up](z, y, 1, n + 1);
      expectSame(
        m.readF32(z, n + 2),
        expected.map((b, i) => (i >= 1 && i <= n ? value(b) : 7)),
      );
      m.checkGuards();
    });
  });
});

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
