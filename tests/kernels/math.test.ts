// Every function of assembly/math/ over the bit patterns of float32: a stride over all of them, and
// each pattern around the places where a formula changes.  FOVEA_SWEEP=full tries all 2^32.
import { describe, expect, test } from '@jest/globals';
import * as special from '../reference/special.js';
import { type Stretch, type Sweep, sweeper } from './sweep.js';

const { exp, max } = Math;
const FULL = process.env.FOVEA_SWEEP === 'full';
const NEGATIVE = 0x80000000;
const ALL: Stretch = [0, 2 ** 32, FULL ? 1 : 8191];
const BELOW_ZERO: Stretch = [NEGATIVE, 2 ** 32, FULL ? 1 : 8191];

const bitsOf = (x: number): number => new Uint32Array(Float32Array.of(x).buffer)[0];
const around = (x: number, n = 4096): Stretch => [Math.max(bitsOf(x) - n, 0), bitsOf(x) + n, 1];
const both = (...xs: number[]): Stretch[] => xs.flatMap((x) => [around(x), around(-x)]);

interface Case {
  name: string;
  f: number;
  truth: (x: number) => number;
  /** the largest error allowed, in ulp: what the header of the function states */
  ulps: number;
  range?: Stretch;
  dense: Stretch[];
}

/** Below this expNonPositive need not be right. */
const FLUSHED = 2 ** -126;

const CASES: Case[] = [
  {
    name: 'exp_ps',
    f: 0,
    truth: Math.exp,
    ulps: 1.04,
    dense: both(Math.LN2 / 2, 1, 5.85, 17, 88.37, 88.72284, 87.33655, 103.97, 104.5, 2 ** -24),
  },
  {
    name: 'expNonPositive',
    f: 1,
    truth: Math.exp,
    ulps: 1.04,
    range: [NEGATIVE, bitsOf(Math.log(FLUSHED)), FULL ? 1 : 1021],
    dense: [around(-Math.LN2 / 2), around(-5.85), around(-17), around(-(2 ** -24))],
  },
  {
    name: 'expNonPositiveGradual',
    f: 2,
    truth: Math.exp,
    ulps: 1.04,
    range: BELOW_ZERO,
    dense: [around(-Math.LN2 / 2), around(-5.85), around(-87.33655), around(-103.97), around(-104.5)],
  },
  {
    name: 'expm1_ps',
    f: 3,
    truth: Math.expm1,
    ulps: 1.67,
    dense: both(2 ** -25, Math.LN2 / 2, 0.3867, 1.5 * Math.LN2, 17.33, 18, 88.37, 88.72284),
  },
  {
    name: 'log_ps',
    f: 4,
    truth: Math.log,
    ulps: 1,
    dense: [...both(0, 1, Math.SQRT1_2, Math.SQRT2), around(0.697), around(2 ** -126), around(Infinity)],
  },
  {
    name: 'log1p_ps',
    f: 5,
    truth: Math.log1p,
    ulps: 1.54,
    dense: [
      ...both(0, 2 ** -24, 0.4447, Math.SQRT2 - 1, 1),
      around(Math.SQRT1_2 - 1),
      around(2 ** 24),
      around(3e38),
    ],
  },
  { name: 'tanh_ps', f: 6, truth: Math.tanh, ulps: 1.46, dense: both(0, 0.625, 0.6364, 9.01, 2 ** -13) },
  {
    name: 'sigmoid_ps',
    f: 7,
    truth: special.sigmoid,
    ulps: 1.87,
    dense: both(0, 1.1851, Math.LN2 / 2, 17, 87.33655, 103.97),
  },
  { name: 'erf_ps', f: 8, truth: special.erf, ulps: 1.37, dense: both(0, 0.93, 1.0592, 3.9, 4, 2 ** -13) },
  {
    name: 'gauss_ps',
    f: 9,
    truth: (x) => exp((-x * x) / 2),
    ulps: 1.1,
    range: [0, bitsOf(13.2), FULL ? 1 : 2039],
    dense: [around(0.8325), around(4.9), around(13)],
  },
  {
    name: 'millsHalf_ps',
    f: 10,
    truth: (x) => special.normalCdf(-x) * exp((x * x) / 2),
    ulps: 6.3,
    range: [0, bitsOf(13.2), FULL ? 1 : 8191],
    dense: [around(1, 512), around(6.3), around(12.8)],
  },
  {
    name: 'sin_ps',
    f: 11,
    truth: Math.sin,
    ulps: 0.51,
    dense: both(0, Math.PI, 1e4, 2 ** 26, 2 ** 89, 3e38),
  },
  {
    name: 'cos_ps',
    f: 12,
    truth: Math.cos,
    ulps: 0.51,
    dense: both(0, Math.PI / 2, 1e4, 2 ** 26, 2 ** 89, 3e38),
  },
  {
    name: 'weight_ps',
    f: 13,
    truth: Math.exp,
    ulps: 2,
    range: [NEGATIVE, bitsOf(-1), FULL ? 1 : 1021],
    dense: [around(-Math.LN2 / 2), around(-(2 ** -24))],
  },
];

describe.each(['simd', 'relaxed'] as const)('math [%s]', (variant) => {
  const sweep = sweeper(variant);
  if (sweep === null) {
    test.skip(`not supported by this engine: ${variant}`, () => {});
    return;
  }

  test.each(CASES)('$name is within $ulps ulp', ({ name, f, truth, ulps, range = ALL, dense }) => {
    const found: Sweep = sweep(f, truth, [range, ...dense]);
    if (FULL)
      console.log(`${name} [${variant}]: ${found.ulps.toFixed(4)} ulp at ${found.at} of ${found.count}`);
    expect(found.ulps).toBeLessThanOrEqual(ulps);
  });

  test('expNonPositive flushes what is subnormal to itself or 0, and e^-inf to 0', () => {
    const tail: Stretch = [bitsOf(Math.log(FLUSHED)) + 1, bitsOf(-Infinity) + 1, 509];
    // absolute: an f32 below 2^-126 or nothing
    const off = sweep(1, () => 0, [tail]);
    expect(off.ulps * 2 ** -149).toBeLessThanOrEqual(FLUSHED);
    const zeros: Stretch[] = [[bitsOf(-88.04), bitsOf(-Infinity) + 1, 509], around(-Infinity, 1)];
    expect(sweep(1, (x) => max(x, 0), zeros).ulps).toBe(0);
    expect(sweep(1, () => Number.NaN, [[0xff800001, 2 ** 32, 65521]]).ulps).toBe(0);
  });

  test('weight_ps is within (1.5 + |x|) ulp, gives 1 at 0 and 0 far below', () => {
    for (const [from, to] of [
      [0.5, 1],
      [1, 2],
      [2, 4],
      [4, 10],
      [10, 30],
      [30, 87.3],
    ])
      expect(sweep(13, Math.exp, [[bitsOf(-from), bitsOf(-to), FULL ? 1 : 251]]).ulps).toBeLessThan(1.5 + to);
    expect(
      sweep(13, () => 1, [
        [0, 1, 1],
        [NEGATIVE, NEGATIVE + 1, 1],
      ]).ulps,
    ).toBe(0);
    const zeros: Stretch[] = [[bitsOf(-88.04), bitsOf(-Infinity) + 1, 509]];
    expect(sweep(13, () => 0, zeros).ulps).toBe(0);
    expect(sweep(13, () => Number.NaN, [[0xff800001, 2 ** 32, 65521]]).ulps).toBe(0);
    expect(
      sweep(13, (x) => Math.exp(x) * (1 + 2 ** -20), [[bitsOf(-0.5), bitsOf(-1), 251]]).ulps,
    ).toBeGreaterThan(2.5);
  });

  test('a sweep can fail: another function, and more ulp', () => {
    for (const { f, truth, ulps, range = ALL } of CASES) {
      const coarse: Stretch[] = [[range[0], range[1], 65521]];
      const nudged = (x: number) => truth(x) * (1 + 2 ** -20);
      expect(sweep(99, truth, coarse).ulps).toBeGreaterThan(ulps);
      expect(sweep(f, nudged, coarse).ulps).toBeGreaterThan(ulps);
    }
  });
});
