// Every kernel that is split: three threads leave the very bytes that one leaves, in all of memory.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Kernels } from '../../src/kernels.js';
import { probe } from '../../src/runtime/probe.js';
import { SPLITS } from '../../src/runtime/split.js';
import { Random } from '../random.js';
import { type Team, team } from './team.js';

const BLOCK = 1 << 20; // bytes
const BLOCKS = 8;
/** The block that holds numbers of rows, below 400. */
const IDS = 7;
/** Working memory: not compared. */
const SCRATCH = 1 << 20;

type Place = (block: number) => number;
type Args = readonly number[];
type Name = keyof typeof SPLITS;

const heads = [48 * 8 * 20, 20, 8 * 20] as const; // (B, L, H, D) as (B, H, L, D), L 48, H 8, D 20
const keys = [48 * 4 * 20, 20, 4 * 20] as const;

/** Of the products with weights in fewer bits. */
let format = 0;
/** Of the products. */
let rows = 37;
let residual = true;

// Sizes that are no multiple of anything, and large enough to be worth splitting.
const CASES: Record<Name, (p: Place, scratch: number) => Args> = {
  gemm_f32: (p) => [
    ...[p(0), p(1), p(2), p(3), residual ? p(4) : 0, rows, 403, 210, 211, 1, 405, 404, 2, 0, 26],
  ],
  gemm_f32_batched: (p) => [
    ...[p(0), p(1), p(2), 0, 0, 33, 70, 64, 64, 1, 70, 70, 0, 33 * 70, 33 * 64, 64 * 80, 0, 0, 35],
  ],
  gemm_f32_pack: (p) => [p(0), p(1), 180, 1001, 1, 180, 0, 63],
  gemm_quant_f32: (p, scratch) => [
    p(0),
    p(1),
    p(2),
    p(3),
    residual ? p(4) : 0,
    scratch,
    format,
    rows,
    403,
    210,
    405,
    404,
    0,
    0,
    26,
  ],
  gemm_quant_gather_rows: (p) => [p(0), p(1), p(IDS), format, 210, 0, 201],
  gemm_quant_rows: (p) => [p(0), p(1), format, 331, 400, 0, 601],
  attention_kv_f32: (p, scratch) => [
    ...[p(0), p(1), p(2), p(3), 0, scratch, 8, 8, 4, 48, 300, 20, ...heads],
    ...[4 * 300 * 28, 300 * 28, 28, ...heads, 0, 0, 0, 0, 0, 0.25, 0, -(2 ** 30), 252, 0],
  ],
  attention_f32: (p, scratch) => [
    ...[p(0), p(1), p(2), p(3), p(4), 0, scratch, 8, 4, 48, 48, 20, 20],
    ...[...heads, ...keys, ...keys, ...heads, 0, 0, 0, 0, 0, 0.25, 0, -(2 ** 30), 0, 0],
  ],
  attention_weights_f32: (p, scratch) => [
    ...[p(0), p(1), p(2), 0, scratch, 8, 4, 48, 96, 20, ...heads, ...keys, 8 * 48 * 96, 48 * 96, 96],
    ...[0, 0, 0, 0, 0, 0.25, 0, -(2 ** 30), 0, 3, 0],
  ],
  activation_f32: (p) => [p(0), p(1), 2, 0, 0, 3, 50_001],
  activation_f32_backward: (p) => [p(0), p(1), p(2), 2, 0, 0, 3, 50_001],
  glu_f32: (p) => [p(0), p(1), p(1) + 4 * 331, 5, 331, 331, 662, 662, 0, 301],
  softmax_f32: (p) => [p(0), p(1), 331, 331, 400, 0, 301],
  softmax_f32_backward: (p) => [p(0), p(1), p(2), 331, 331, 400, 331, 1, 601],
  log_softmax_f32: (p) => [p(0), p(1), 331, 331, 400, 0, 301],
  log_softmax_f32_backward: (p) => [p(0), p(1), p(2), 331, 331, 400, 331, 0, 301],
  layer_norm_f32: (p) => [p(0), p(1), p(2), p(3), p(4), p(5), 331, 1e-5, 0, 601],
  rms_norm_f32: (p) => [p(0), p(1), p(2), 0, 331, 1e-5, 0, 601],
  l2_normalize_f32: (p) => [p(0), p(1), 331, 1e-12, 0, 601],
  binary_f32: (p) => [
    p(0),
    p(1),
    p(2),
    0,
    2,
    3,
    101,
    331,
    3 * 101 * 331,
    101 * 331,
    331,
    1,
    0,
    0,
    331,
    1,
    0,
    606,
  ],
  copy_strided_32: (p) => [p(0), p(1), 1, 2, 331, 303, 0, 331 * 303, 303, 1, 0, 331 * 303, 1, 331, 0, 662],
  embedding_f32: (p) => [p(0), p(1), p(IDS), 331, 0, 601],
  rope_f32: (p) => [
    ...[p(0), p(1), p(2), p(3), 0, 101, 12, 64, 32],
    ...[101 * 768, 768, 64, 101 * 768, 768, 64, 0, 32, 0, 202],
  ],
  adam_f32: (p) => [p(0), p(1), p(2), p(3), p(4), 1e-3, 0.9, 0.999, 1e-8, 0.01, 7, 0, 50_001],
  adamw_f32: (p) => [p(0), p(1), p(2), p(3), p(4), 1e-3, 0.9, 0.999, 1e-8, 0.01, 7, 0, 50_001],
};

test('every split kernel has a case', () => {
  expect(Object.keys(CASES).sort()).toEqual(Object.keys(SPLITS).sort());
});

describe.each([
  ['simd', 'threads'],
  ['dot', 'dot-threads'],
  ['relaxed', 'relaxed-threads'],
] as const)('%s', (variant, build) => {
  if (variant !== 'simd' && !probe().relaxedSimd) {
    test.skip('not supported by this runtime', () => {});
    return;
  }
  let t: Team;
  let base: number;
  const numbers = new Random(1).uniform(BLOCK / 4, 0.01, 1);

  beforeAll(async () => {
    t = await team(build, 3);
    base = (t.one.heap_base() + 63) & ~63;
    // After the workers have started, so that they must follow a memory that grows.
    t.memory.grow(Math.ceil((base + BLOCKS * BLOCK + SCRATCH) / 65536));
  });
  afterAll(() => t.pool.dispose());

  function after(kernels: Kernels, name: Name): Buffer {
    for (let b = 0; b < BLOCKS; b++)
      new Float32Array(t.memory.buffer, base + b * BLOCK, BLOCK / 4).set(
        b % 2 ? numbers : numbers.slice().reverse(),
      );
    new Int32Array(t.memory.buffer, base + IDS * BLOCK, 1000).set(
      Int32Array.from({ length: 1000 }, (_, i) => (i * 7) % 400),
    );
    const args = CASES[name]((block) => base + block * BLOCK, base + BLOCKS * BLOCK);
    const units = name.startsWith('attention') ? [t.one.attention_f32_units(1, 8, 4, 48)] : [];
    (kernels[name] as (...args: number[]) => void)(...args, ...units);
    return Buffer.from(new Uint8Array(t.memory.buffer, base, BLOCKS * BLOCK).slice().buffer);
  }

  test.each(Object.keys(CASES) as Name[])('%s', (name) => {
    const before = after({ ...t.one, [name]: () => {} }, name);
    const want = after(t.one, name);
    expect(want.equals(before)).toBe(false);
    const jobs = t.jobs();
    const got = after(t.all, name);
    expect(t.jobs()).toBe(jobs + 1);
    expect(got.equals(want)).toBe(true);
  });

  test.each([1, 2, 3])('products in format %i', (number) => {
    format = number;
    for (const name of ['gemm_quant_f32', 'gemm_quant_gather_rows', 'gemm_quant_rows'] as const)
      expect(after(t.all, name).equals(after(t.one, name))).toBe(true);
    format = 0;
  });

  // Strips of 128 rows: with a rest, without one, and just not worth it.
  test.each([
    [300, true],
    [300, false],
    [256, true],
    [255, true],
  ])('products of %i rows, which are cut too (residual: %p)', (many, added) => {
    [rows, residual] = [many, added];
    for (const name of ['gemm_f32', 'gemm_quant_f32'] as const)
      for (const kind of name === 'gemm_f32' ? [0] : [0, 1, 2, 3]) {
        format = kind;
        const want = after(t.one, name);
        const jobs = t.jobs();
        const got = after(t.all, name);
        expect(t.jobs()).toBe(jobs + 1);
        expect(got.equals(want)).toBe(true);
      }
    [rows, residual, format] = [37, true, 0];
  });

  test('working memory is that of all threads, each on lines of its own', () => {
    const floats = t.one.attention_f32_scratch(20, 20);
    const share = t.all.attention_f32_scratch(20, 20) / 3;
    expect(share).toBeGreaterThanOrEqual(floats);
    expect(share).toBeLessThan(floats + 16);
    expect((share * 4) % 64).toBe(0);
    expect(share * 4 * 3).toBeLessThanOrEqual(SCRATCH);
  });

  test('a short call stays on its thread', () => {
    const jobs = t.jobs();
    t.all.activation_f32(base, base + BLOCK, 2, 0, 0, 0, 1000);
    t.all.softmax_f32(base, base + BLOCK, 0, 0, 0, 0, 0);
    expect(t.jobs()).toBe(jobs);
  });
});
