// The instruments of the complexity suite, on the engine of src/: what they count is known for small cases.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { path, sequential } from '../../bench/complexity/experiment.mjs';
import { agrees, exponent } from '../../bench/complexity/fit.mjs';
import { draw } from '../../bench/complexity/plot.mjs';
import { complexityTable } from '../../bench/complexity/table.mjs';
import { Trace } from '../../bench/complexity/trace.mjs';
import * as nn from '../../src/nn/index.js';
import { createMemory, instantiate } from '../../src/runtime/instantiate.js';
import { Arena } from '../../src/tensor/arena.js';
import { Tensor } from '../../src/tensor/tensor.js';

const bytes = readFileSync(new URL('../../build/simd.wasm', import.meta.url));
const workshop = {
  ...{ createMemory, Arena, Tensor, nn },
  instantiate: (memory: WebAssembly.Memory) => instantiate(bytes, memory),
};

describe('exponents', () => {
  test('of exact powers', () => {
    const x = [1, 2, 5, 9];
    for (const p of [0, 0.5, 1, 2, 3])
      expect(
        exponent(
          x,
          x.map((v) => 7 * v ** p),
        ),
      ).toBeCloseTo(p, 12);
  });

  test('a linear time does not pass for a quadratic one', () => {
    expect(agrees(exponent([10, 20, 40], [10, 20, 40]), 1)).toBe(true);
    expect(agrees(exponent([10, 20, 40], [10, 20, 40]), 2)).toBe(false);
    // n + n²/10 between 10 and 40: neither
    const mixed = [10, 20, 40].map((n) => n + n ** 2 / 10);
    expect([1, 2].some((p) => agrees(exponent([10, 20, 40], mixed), p))).toBe(false);
  });
});

describe('operations that wait for one another', () => {
  // Projection, attention, projection; one kernel; one; the projection of all and two for each position.
  test.each([
    ['self-attention', () => 3],
    ['convolution', () => 1],
    ['fully connected', () => 1],
    ['recurrent', (n: number) => 1 + 2 * n],
  ])('%s', async (name, steps) => {
    for (const n of [1, 4, 24]) expect((await sequential(workshop, name, n)).steps).toBe(steps(n));
  });
});

describe('paths', () => {
  test('self-attention and full connection: one layer, however far', async () => {
    for (const name of ['self-attention', 'fully connected']) {
      const [near, far] = [await path(workshop, name, 3), await path(workshop, name, 20)];
      expect(near.layers).toBe(1);
      expect(far).toEqual(near);
    }
  });

  test('recurrent: one layer, and two steps for each position on the way', async () => {
    const [near, far] = [await path(workshop, 'recurrent', 3), await path(workshop, 'recurrent', 20)];
    expect([near.layers, far.layers]).toEqual([1, 1]);
    expect(far.steps - near.steps).toBe(2 * 17);
  });

  test.each([
    [3, 9, 8],
    [3, 16, 15],
    [5, 9, 4],
    [9, 9, 2],
    [9, 10, 3],
  ])('convolution with %i taps over %i positions: %i layers', async (k, n, layers) => {
    expect((await path(workshop, 'convolution', n, { k })).layers).toBe(layers);
  });
});

test('a trace tells chains from crowds', async () => {
  const memory = createMemory(16);
  const trace = new Trace(memory, await instantiate(bytes, memory));
  const arena = new Arena(memory, trace.kernels, 'simd', 16);
  trace.follow(arena);
  const values = Float32Array.from({ length: 8 }, (_, i) => i + 1);
  const [x, ...ys] = Array.from({ length: 5 }, () => Tensor.from(arena, values));
  const { kernels } = arena;
  trace.record(() => {
    // Three that wait for nothing, then two in a row behind the last.
    for (const y of ys.slice(0, 3)) kernels.add_scaled_f32(y.ptr, x.ptr, 1, 0, 8);
    kernels.add_scaled_f32(ys[3].ptr, ys[2].ptr, 1, 0, 8);
    kernels.add_scaled_f32(ys[0].ptr, ys[3].ptr, 1, 0, 8);
    kernels.gemm_f32_nr();
  });
  expect([trace.steps, trace.longest]).toEqual([5, 3]);
  expect(ys.map((y) => trace.depthOf([y.ptr]))).toEqual([3, 1, 1, 2]);
});

describe('report', () => {
  const count = { n: [8, 16], steps: [3, 6], exponent: 1, theory: 1, agrees: true };
  const timing = { at: {}, sizes: [8, 16], ms: [2, 8], exponent: 2, theory: 2, agrees: true };
  const result = {
    ...{ kind: 'some kind', term: 'n²', time: { n: timing } },
    ...{ sequential: { ...count, calls: [3, 6] }, path: { ...count, layers: [1, 2] } },
  };

  test('the table has fits, theory and counts', () => {
    expect(complexityTable([result])).toMatch(/some kind +n² +2.00 \(2\) +- +- +1.00 \(1\) +3 → 6 .* 1 → 2$/);
  });

  test('the picture is one well-formed document with a point for each measurement', () => {
    const svg = draw([result]);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg.match(/<svg/g)).toHaveLength(5);
    expect(svg.match(/<\/svg>/g)).toHaveLength(5);
    // time by length, sequence and path; nothing by width
    expect(svg.match(/<circle/g)).toHaveLength(6);
    expect(svg).toContain('some kind 2.00 (2)');
    expect(svg).not.toContain('NaN');
  });
});
