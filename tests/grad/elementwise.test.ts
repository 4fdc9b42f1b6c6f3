// Every function of one argument: below, at and above the vectors and groups of vectors of its loop.
import { describe, test } from '@jest/globals';
import * as F from '../../src/ops/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { ACTIVATIONS } from '../reference/activation.js';
import { expectOp } from './op.js';

type Op = (x: Tensor) => Tensor;

/** Away from kinks, where there is no derivative to compare with. */
const everywhere = (n: number) => awayFrom([0], n, -3, 3);
const positive = (n: number) => new Random(n).uniform(n, 0.3, 3);

function awayFrom(kinks: number[], n: number, low: number, high: number): Float32Array {
  const random = new Random(n);
  return Float32Array.from({ length: n }, () => {
    for (;;) {
      const [x] = random.uniform(1, low, high);
      if (kinks.every((k) => Math.abs(x - k) > 0.05)) return x;
    }
  });
}

const OPS: [name: keyof typeof ACTIVATIONS, op: Op, a?: number, b?: number, kinks?: number[]][] = [
  ['RELU', F.relu],
  ['GELU', F.gelu],
  ['GELU_TANH', (x) => F.gelu(x, { approximate: 'tanh' })],
  ['QUICK_GELU', F.quickGelu],
  ['SILU', F.silu],
  ['TANH', F.tanh],
  ['SIGMOID', F.sigmoid],
  ['RELU_SQUARED', F.reluSquared],
  ['LEAKY_RELU', F.leakyRelu, 0.01],
  ['LEAKY_RELU', (x) => F.leakyRelu(x, { negativeSlope: 0.3 }), 0.3],
  ['ELU', (x) => F.elu(x, { alpha: 0.7 }), 0.7],
  ['SELU', F.selu, 1.6732632423543772, 1.0507009873554805],
  ['CELU', (x) => F.celu(x, { alpha: 1.4 }), 1.4],
  ['HARDTANH', (x) => F.hardtanh(x, { minVal: -0.5, maxVal: 1.5 }), -0.5, 1.5, [-0.5, 1.5]],
  ['HARDSIGMOID', F.hardsigmoid, 1 / 6, 0.5, [-3, 3]],
  ['HARDSWISH', F.hardswish, 0, 0, [-3, 3]],
  ['THRESHOLD', (x) => F.threshold(x, 0.5, -1), 0.5, -1, [0.5]],
  ['HARDSHRINK', F.hardshrink, 0.5, 0, [-0.5, 0.5]],
  ['SOFTSHRINK', F.softshrink, 0.5, 0, [-0.5, 0.5]],
  ['TANHSHRINK', F.tanhshrink],
  ['SOFTSIGN', F.softsign],
  ['SOFTPLUS', (x) => F.softplus(x, { beta: 2, threshold: 3 }), 2, 3, [1.5]],
  ['LOG_SIGMOID', F.logsigmoid],
  ['MISH', F.mish],
  ['EXP', F.exp],
  ['EXPM1', F.expm1],
  ['ERF', F.erf],
  ['SIN', F.sin],
  ['COS', F.cos],
  ['SQUARE', F.square],
  ['ABS', F.abs],
  ['NEG', F.neg],
  ['SIGN', F.sign],
  ['FLOOR', F.floor, 0, 0, [-2, -1, 1, 2]],
  ['CEIL', F.ceil, 0, 0, [-2, -1, 1, 2]],
  ['ROUND', F.round, 0, 0, [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]],
  ['TRUNC', F.trunc, 0, 0, [-2, -1, 1, 2]],
];

const POSITIVE: [name: keyof typeof ACTIVATIONS, op: Op][] = [
  ['LOG', F.log],
  ['LOG1P', F.log1p],
  ['SQRT', F.sqrt],
  ['RSQRT', F.rsqrt],
  ['RECIPROCAL', F.reciprocal],
];

const SIZES = [1, 3, 4, 5, 15, 16, 17, 37];

everyEngine('elementwise', (engine) => {
  const check = (name: string, op: Op, data: (n: number) => Float32Array, a = 0, b = 0): void => {
    for (const n of SIZES)
      expectOp({
        engine: engine(),
        operands: [{ shape: [n], data: data(n) }],
        op,
        reference: (x) => x.map((v) => ACTIVATIONS[name].value(v, a, b)),
        tolerance: { abs: 2e-6, rel: 1e-6 },
      });
  };

  describe('of any number', () => {
    // Rest parameters: jest takes a parameter that a row leaves out for a callback, and waits for it.
    test.each(OPS)('%s', (...[name, op, a, b, kinks]) => {
      check(name, op, kinks ? (n) => awayFrom([0, ...kinks], n, -3.5, 3.5) : everywhere, a, b);
    });
  });

  describe('of positive numbers', () => {
    test.each(POSITIVE)('%s', (name, op) => check(name, op, positive));
  });

  test('of a strided view', () => {
    expectOp({
      engine: engine(),
      operands: [{ shape: [3, 5] }],
      op: (x) => F.tanh(F.transpose(x, 0, 1)),
      reference: (x) => Array.from({ length: 15 }, (_, i) => Math.tanh(x[(i % 3) * 5 + Math.floor(i / 3)])),
    });
  });
});
