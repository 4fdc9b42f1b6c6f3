// The check before every benchmark must be able to fail: a wrong engine would otherwise be timed as a fast one.
import { describe, expect, test } from '@jest/globals';
import { assertAgree, assertNear, gemmReference, QUANTIZED } from '../../bench/agree.mjs';
import { normal } from '../../bench/random.mjs';

const [M, K, N] = [8, 64, 8];
const a = normal(M * K, 1);
const b = normal(K * N, 2);
const { want, tolerance } = gemmReference({ M, K, N, a, b });

/** The product in single precision, summed over the first `depth` of K. */
function product(left: Float32Array, depth = K): Float32Array {
  const c = new Float32Array(M * N);
  for (let i = 0; i < M * N; i++)
    for (let k = 0; k < depth; k++)
      c[i] = Math.fround(c[i] + Math.fround(left[Math.floor(i / N) * K + k] * b[k * N + (i % N)]));
  return c;
}

const check = (got: Float32Array) => () => assertAgree('gemm', got, want, tolerance);

describe('agreement of a matrix product', () => {
  test('holds for single precision', () => {
    expect(check(product(a))).not.toThrow();
  });

  test.each([
    ['zeros', new Float32Array(M * N)],
    ['a transposed result', Float32Array.from(want, (_, i) => want[(i % N) * N + Math.floor(i / N)])],
    ['a dropped tail of K', product(a, K - 1)],
    ['an operand in bfloat16', product(truncated(a))],
    ['a NaN', Float32Array.from(want, (value, i) => (i === 63 ? Number.NaN : value))],
    ['a missing row', Float32Array.from(want).subarray(N)],
  ])('fails for %s', (_, got) => {
    expect(check(got)).toThrow(/gemm: /);
  });

  test('fails when the reference is all zeros', () => {
    expect(() => assertAgree('gemm', new Float32Array(4), new Float32Array(4), () => 1)).toThrow(/zeros/);
  });
});

describe('agreement of a product with a rounded weight', () => {
  const near = (got: ArrayLike<number>) => () => assertNear('product', got, want, QUANTIZED.q8);
  /** Rounded to 8 bits, the largest to 127. */
  const rounded = (values: Float32Array, levels: number) => {
    const scale = Math.max(...values.map(Math.abs)) / levels;
    return values.map((value) => Math.round(value / scale) * scale);
  };

  test('holds for 8 bits, and for 4 where 4 are expected', () => {
    expect(near(product(rounded(a, 127)))).not.toThrow();
    expect(() => assertNear('product', product(rounded(a, 8)), want, QUANTIZED.q4)).not.toThrow();
  });

  test.each([
    ['zeros', new Float32Array(M * N)],
    ['a transposed result', Float32Array.from(want, (_, i) => want[(i % N) * N + Math.floor(i / N)])],
    ['a dropped tail of K', product(a, K - 2)],
    ['4 bits', product(rounded(a, 8))],
    ['a NaN', Float32Array.from(want, (value, i) => (i === 63 ? Number.NaN : value))],
    ['a missing row', Float32Array.from(want).subarray(N)],
  ])('fails for %s', (_, got) => {
    expect(near(got)).toThrow(/product: /);
  });

  test('fails when the reference is all zeros', () => {
    expect(() => assertNear('product', [0, 0], [0, 0], 1)).toThrow(/zeros/);
  });
});

/** With the lower half of every float cut off. */
function truncated(values: Float32Array): Float32Array {
  const bits = new Uint32Array(values.slice().buffer);
  return new Float32Array(bits.map((word) => word & 0xffff0000).buffer);
}
