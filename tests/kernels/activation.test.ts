import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Random } from '../random.js';
import { ACTIVATIONS, tanhArgument } from '../reference/activation.js';
import { type Allowed, expectRejects, expectWithin } from './bounds.js';
import { type Bench, everyVariant } from './harness.js';

const EPS = 2 ** -23;
const SIZES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 997];

/** The codes as the kernels know them. */
const KINDS = new Map<string, number>();
const source = readFileSync(new URL('../../assembly/activation/kind.ts', import.meta.url), 'utf8');
for (const [, name, code] of source.matchAll(/export const (\w+): i32 = (\d+);/g))
  KINDS.set(name, Number(code));

/** alpha and beta to try; [0, 0] for those that read neither. */
const PARAMETERS: Record<string, [number, number][]> = {
  LEAKY_RELU: [[0.1, 0]],
  ELU: [
    [1, 0],
    [2, 0],
  ],
  SELU: [[1.6732632423543772, 1.0507009873554805]],
  CELU: [
    [0.7, 0],
    [2, 0],
  ],
  HARDTANH: [
    [0, 6],
    [-1, 1],
  ],
  HARDSIGMOID: [
    [1 / 6, 0.5],
    [0.2, 0.5],
  ],
  THRESHOLD: [[0.5, -2]],
  HARDSHRINK: [[0.5, 0]],
  SOFTSHRINK: [[0.5, 0]],
  SOFTPLUS: [
    [1, 20],
    [2, 3],
  ],
};
const CASES = [...KINDS.keys()].flatMap((name) =>
  (PARAMETERS[name] ?? [[0, 0]]).map(([a, b]) => ({ name, a: Math.fround(a), b: Math.fround(b) })),
);

// A tolerance is c eps max(|expected|, m) + 1e-36 (gradients 1e-35), the last for what is flushed; here c and m by kind.
const EXACT = new Set(
  'NONE RELU HARDTANH THRESHOLD HARDSHRINK ABS NEG SIGN FLOOR CEIL ROUND TRUNC'.split(' '),
);
const VALUE: Record<string, { c?: (x: number, a: number) => number; m?: (x: number, a: number) => number }> =
  {
    GELU: { c: (x) => (x < -5 ? 12 : 4) },
    GELU_TANH: { c: (x) => 3 + (x < 0 ? 1.5 * Math.abs(tanhArgument(x)) : 0) },
    QUICK_GELU: { c: (x) => 3 + (x < 0 ? 1.702 * Math.abs(x) : 0) },
    SILU: { c: () => 3 },
    SELU: { c: () => 3 },
    CELU: { c: (x, a) => 3 + Math.abs(x / a) },
    HARDSIGMOID: { m: () => 1 },
    HARDSWISH: { m: (x) => Math.min(Math.abs(x), 3) },
    TANHSHRINK: { m: (x) => Math.tanh(Math.abs(x)) },
    SOFTPLUS: { c: (x, a) => 3 + Math.abs(a * x) },
    MISH: { c: () => 4 },
  };
/** Where a derivative is a difference, m is the size of what is subtracted. */
const overlap =
  (name: string) =>
  (x: number, a: number): number => {
    const { value, slope } = ACTIVATIONS[name];
    const part = Number.isFinite(x) && x !== 0 ? value(x, a, 0) / x : 0;
    return Math.abs(part) + Math.abs(slope(x, a, 0) - part);
  };
const SLOPE: typeof VALUE = {
  GELU: { c: (x) => (x < -5 ? 16 : 6), m: overlap('GELU') },
  GELU_TANH: { c: (x) => 6 + (x < 0 ? 2 * Math.abs(tanhArgument(x)) : 0), m: overlap('GELU_TANH') },
  QUICK_GELU: { c: (x) => 6 + (x < 0 ? 3.4 * Math.abs(x) : 0), m: overlap('QUICK_GELU') },
  SILU: { c: () => 6, m: overlap('SILU') },
  TANH: { c: () => 4 },
  SIGMOID: { c: () => 4 },
  SELU: { c: () => 3 },
  CELU: { c: (x, a) => 3 + Math.abs(x / a) },
  HARDSIGMOID: { m: () => 1 },
  HARDSWISH: { m: () => 1 },
  TANHSHRINK: { c: () => 4 },
  SOFTSIGN: { c: () => 3 },
  SOFTPLUS: { c: (x, a) => 3 + Math.abs(a * x) },
  MISH: { c: () => 8, m: overlap('MISH') },
  ERF: { c: (x) => 3 + x * x },
};

function allowance(
  rules: typeof VALUE,
  name: string,
  x: ArrayLike<number>,
  a: number,
  exact: boolean,
): Allowed {
  const { c = () => 2, m = () => 0 } = rules[name] ?? {};
  if (exact) return () => 0;
  return (e, i) => c(x[i], a) * EPS * Math.max(Math.abs(e), m(x[i], a)) + 1e-36;
}

/** A dense stretch, every power of two with both signs, and the corners. */
const ARGUMENTS = Float32Array.from([
  ...Array.from({ length: 4001 }, (_, i) => (i - 2000) / 100),
  ...Array.from({ length: 277 }, (_, i) => 2 ** (i - 149)),
  ...Array.from({ length: 277 }, (_, i) => -(2 ** (i - 149)) * 1.37),
  ...[0, -0, 0.5, -0.5, 1.5, 2.5, -2.5, 3, -3, 6, 16777217, 3.4e38, -3.4e38, Infinity, -Infinity],
]);

const finite = (v: number): number => (Number.isFinite(Math.fround(v)) ? v : Math.fround(v));

function run(b: Bench, name: string, x: ArrayLike<number>, a: number, beta: number): Float32Array {
  const y = b.f32(x.length);
  b.kernels.activation_f32(y, b.f32(x), KINDS.get(name) as number, a, beta, 0, x.length);
  b.checkGuards();
  return b.readF32(y, x.length);
}

function runBackward(
  b: Bench,
  name: string,
  dy: Float32Array,
  x: Float32Array,
  a: number,
  beta: number,
): Float32Array {
  const dx = b.f32(x.length);
  b.kernels.activation_f32_backward(dx, b.f32(dy), b.f32(x), KINDS.get(name) as number, a, beta, 0, x.length);
  b.checkGuards();
  return b.readF32(dx, x.length);
}

test('the reference has every kind', () => {
  expect([...KINDS.keys()]).toEqual(Object.keys(ACTIVATIONS));
  expect([...KINDS.values()]).toEqual([...KINDS.keys()].map((_, i) => i));
});

everyVariant('activation_f32', (fresh) => {
  describe.each(CASES)('$name ($a, $b)', ({ name, a, b: beta }) => {
    const { value, slope } = ACTIVATIONS[name];

    test('values', () => {
      const expected = Float64Array.from(ARGUMENTS, (x) => finite(value(x, a, beta)));
      const allowed = allowance(VALUE, name, ARGUMENTS, a, EXACT.has(name));
      expectWithin(run(fresh(), name, ARGUMENTS, a, beta), expected, allowed, name);
      expect(run(fresh(), name, [Number.NaN], a, beta)[0]).toBeNaN();
      expectRejects(
        { zeros: new Float64Array(expected.length), swapped: [...expected].reverse() },
        expected,
        allowed,
      );
    });

    test('gradients', () => {
      const dy = new Random(1).normal(ARGUMENTS.length);
      const times = (s: number, g: number): number => (s === 0 ? 0 : finite(s * g));
      const expected = Float64Array.from(ARGUMENTS, (x, i) => times(finite(slope(x, a, beta)), dy[i]));
      const rule = allowance(SLOPE, name, ARGUMENTS, a, false);
      const allowed: Allowed = (e, i) => rule(e / dy[i], i) * Math.abs(dy[i]) + 1e-35;
      expectWithin(runBackward(fresh(), name, dy, ARGUMENTS, a, beta), expected, allowed, name);
      const never = new Set(['SIGN', 'FLOOR', 'CEIL', 'ROUND', 'TRUNC']).has(name);
      if (!never) expectRejects({ zeros: new Float64Array(expected.length) }, expected, allowed);
      expectRejects({ dy: dy.map((v) => v + 0.01) }, expected, allowed);
    });

    test('sizes, ranges, aliasing', () => {
      for (const n of SIZES) {
        const x = new Random(n).normal(n + 7, 2);
        const dy = new Random(n + 1).normal(n + 7);
        const expected = run(fresh(), name, x, a, beta);
        const gradient = runBackward(fresh(), name, dy, x, a, beta);
        const within = (values: Float32Array, rest: Float32Array) =>
          Float32Array.from(rest, (v, i) => (i >= 3 && i < 3 + n ? values[i] : v));
        const b = fresh();
        const kind = KINDS.get(name) as number;
        const px = b.f32(x, 4);
        b.kernels.activation_f32(px, px, kind, a, beta, 3, 3 + n);
        expect(b.readF32(px, n + 7)).toEqual(within(expected, x));
        const [pdy, px2] = [b.f32(dy, 8), b.f32(x)];
        b.kernels.activation_f32_backward(pdy, pdy, px2, kind, a, beta, 3, 3 + n);
        expect(b.readF32(pdy, n + 7)).toEqual(within(gradient, dy));
        b.kernels.activation_f32_backward(px2, b.f32(dy), px2, kind, a, beta, 3, 3 + n);
        expect(b.readF32(px2, n + 7)).toEqual(within(gradient, x));
        b.checkGuards();
      }
    });
  });
});
