import { describe, expect, test } from '@jest/globals';
import { Random } from '../random.js';
import { brainValue, halfValue, toBrain, toHalf } from '../reference/half.js';
import { type Bench, everyVariant } from './harness.js';
import { expectSame } from './same.js';

const ALL = Uint16Array.from({ length: 65536 }, (_, i) => i);
const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 15, 16, 17];
const readU16 = (m: Bench, p: number, n: number) => new Uint16Array(m.readU8(p, n * 2).buffer);

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
