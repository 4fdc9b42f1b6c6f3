// Initial values: bounds and moments as in torch.nn.init, and that they do not depend on when they are drawn.
import { describe, expect, test } from '@jest/globals';
import * as init from '../../src/nn/init.js';
import { Linear } from '../../src/nn/linear.js';
import { Generator } from '../../src/tensor/generator.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { list } from './helpers.js';

/** Mean and standard deviation. */
function moments(x: ArrayLike<number>): [number, number] {
  const values = Array.from(x);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length)];
}

describe('calculateGain', () => {
  test.each([
    ['linear', undefined, 1],
    ['sigmoid', undefined, 1],
    ['tanh', undefined, 5 / 3],
    ['relu', undefined, Math.sqrt(2)],
    ['leaky_relu', undefined, Math.sqrt(2 / (1 + 0.01 ** 2))],
    ['leaky_relu', 0.5, Math.sqrt(1.6)],
    ['selu', undefined, 0.75],
  ] as const)('%s, %p: %p', (name, slope, gain) => {
    expect(init.calculateGain(name, slope)).toBeCloseTo(gain, 12);
  });

  test('refuses what it does not know', () => {
    expect(() => init.calculateGain('elu' as 'relu')).toThrow(/"elu"/);
  });
});

test.each([
  [
    [7, 5],
    [5, 7],
  ],
  [
    [7, 5, 3, 2],
    [30, 42],
  ],
  [
    [1, 1, 6],
    [6, 6],
  ],
])('fans of %j', (shape, expected) => {
  expect(init.fans(shape)).toEqual(expected);
});

test('fans need two dimensions', () => {
  expect(() => init.fans([3])).toThrow(/two dimensions, got \[3\]/);
});

everyEngine('init', (engine) => {
  const fresh = (...shape: number[]): Tensor => Tensor.empty(engine().arena, shape);
  const seeded = () => ({ generator: new Generator(11) });

  // Bounds of uniform fills: (fill, bound).
  test.each([
    ['uniform', (w: Tensor) => init.uniform(w, { a: -0.3, b: 0.3, ...seeded() }), 0.3],
    ['xavierUniform', (w: Tensor) => init.xavierUniform(w, { gain: 2, ...seeded() }), 2 * Math.sqrt(6 / 300)],
    ['kaimingUniform', (w: Tensor) => init.kaimingUniform(w, seeded()), Math.sqrt(2 * 3) / 10],
    ['kaimingUniform, a', (w: Tensor) => init.kaimingUniform(w, { a: Math.sqrt(5), ...seeded() }), 0.1],
    [
      'kaimingUniform, fanOut, tanh',
      (w: Tensor) => init.kaimingUniform(w, { mode: 'fanOut', nonlinearity: 'tanh', ...seeded() }),
      (5 / 3) * Math.sqrt(3 / 200),
    ],
  ] as const)('%s fills its whole interval', (_, fill, bound) => {
    const w = fresh(200, 100);
    const values = list(fill(w));
    const most = values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    expect(most).toBeLessThanOrEqual(bound * 1.000001);
    expect(most).toBeGreaterThan(bound * 0.999);
    const [mean, std] = moments(values);
    expect(Math.abs(mean)).toBeLessThan(0.03 * bound);
    expect(Math.abs(std / (bound / Math.sqrt(3)) - 1)).toBeLessThan(0.02);
    w.dispose();
  });

  test.each([
    ['normal', (w: Tensor) => init.normal(w, { mean: 2, std: 3, ...seeded() }), 2, 3],
    ['xavierNormal', (w: Tensor) => init.xavierNormal(w, seeded()), 0, Math.sqrt(2 / 300)],
    ['kaimingNormal', (w: Tensor) => init.kaimingNormal(w, seeded()), 0, Math.sqrt(2 / 100)],
    // Cut at +-1 standard deviation: sqrt(1 - 2 phi(1) / (2 Phi(1) - 1)) of it is left.
    [
      'truncNormal',
      (w: Tensor) => init.truncNormal(w, { mean: 1, std: 2, a: -1, b: 3, ...seeded() }),
      1,
      1.0792,
    ],
  ] as const)('%s has its moments', (_, fill, mean, std) => {
    const w = fresh(200, 100);
    const [m, s] = moments(fill(w).toArray());
    expect(Math.abs(m - mean) / std).toBeLessThan(0.03);
    expect(Math.abs(s / std - 1)).toBeLessThan(0.02);
    w.dispose();
  });

  test('the generator moves on by one number an element', () => {
    const { generator } = seeded();
    const w = fresh(3, 5);
    init.normal(w, { generator });
    expect(generator.position).toBe(15);
    const first = w.toArray();
    expect(init.normal(w, { generator }).toArray()).not.toEqual(first);
    expect(init.normal(w, seeded()).toArray()).toEqual(first);
    w.dispose();
  });

  test('without a generator the arena gives one', () => {
    engine().manualSeed(5);
    const w = init.uniform(fresh(4));
    expect(Array.from(w.toArray())).toEqual(
      Array.from(
        { length: 4 },
        (
          (g) => () =>
            g.uniform()
        )(new Generator(5)),
      ),
    );
    w.dispose();
  });

  test('a parameter has the same values whether it is filled at once, late, or after others', () => {
    const values = (order: readonly [number, number]) => {
      const generator = new Generator(3);
      const layers = [0, 1].map(() => new Linear(engine(), 5, 7, { generator }));
      for (const i of order) layers[i].weight.tensor;
      const found = layers.map((l) => [l.weight.tensor.toArray(), l.bias!.tensor.toArray()]);
      for (const l of layers) l.dispose();
      return found;
    };
    expect(values([1, 0])).toEqual(values([0, 1]));
    expect(values([0, 1])[0]).not.toEqual(values([0, 1])[1]);
  });

  test.each([
    [() => init.normal(fresh(2), { std: 0 }), /std must be positive, got 0/],
    [() => init.truncNormal(fresh(2), { a: 1, b: 0 }), /a = 1 and b = 0/],
    [() => init.uniform(Tensor.empty(engine().arena, [2], 'i32')), /dense f32 tensors, got i32 \[2\]/],
  ])('refuses: %#', (body, message) => {
    engine().scope(() => expect(body).toThrow(message));
  });
});
