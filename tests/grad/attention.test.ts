// Streaming attention: gradients of q, k and v for every option, at lengths around the tiles of 64 rows and 64
// keys and head sizes around the vectors.  The explicit route, for masks that learn, against the same.
import { describe, expect, test } from '@jest/globals';
import type { AttentionOptions } from '../../src/ops/attention.js';
import * as F from '../../src/ops/index.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { everyEngine } from '../engine.js';
import { Random } from '../random.js';
import { type Attention, attention } from '../reference/attention.js';
import { expectOp } from './op.js';

interface Sizes {
  B: number;
  H: number;
  G: number;
  L: number;
  S: number;
  D: number;
  Dv: number;
}

const small: Sizes = { B: 2, H: 2, G: 2, L: 3, S: 5, D: 4, Dv: 3 };

type Extra = Partial<Pick<Attention, 'mask' | 'scale' | 'softcap' | 'lo' | 'hi'>>;

everyEngine('attention', (engine) => {
  const check = (
    sizes: Partial<Sizes>,
    options: () => AttentionOptions,
    extra: Extra = {},
    probes?: number,
  ) => {
    const p = { ...small, ...sizes };
    const { B, H, G, L, S, D, Dv } = p;
    expectOp({
      engine: engine(),
      operands: [{ shape: [B, H, L, D] }, { shape: [B, G, S, D] }, { shape: [B, G, S, Dv] }],
      op: (q, k, v) => F.scaledDotProductAttention(q, k, v, { enableGqa: H !== G, ...options() }),
      reference: (q, k, v) => attention({ scale: 1 / Math.sqrt(D), ...extra, ...p, q, k, v }).o,
      tolerance: { abs: 4e-6 },
      slopes: { abs: 2e-5, rel: 1e-5 },
      probes,
    });
  };
  const none = () => ({});
  const flags = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * 7) % 3 && 1);

  describe('sizes', () => {
    test.each<Partial<Sizes>>([
      { L: 1, S: 1 },
      { L: 1, S: 9, D: 1, Dv: 1 },
      { L: 4, S: 3, D: 7, Dv: 8 },
      { L: 5, S: 8, D: 8, Dv: 9 },
      { L: 2, S: 17, D: 9, Dv: 17 },
      { H: 4, G: 2 },
      { H: 6, G: 1, L: 5 },
    ])('%j', (sizes) => check(sizes, none));

    test.each<Partial<Sizes>>([
      { L: 63, S: 64 },
      { L: 64, S: 65 },
      { L: 65, S: 63 },
      { L: 3, S: 129, H: 4, G: 2 },
      { L: 129, S: 2 },
    ])('%j: some elements', (sizes) => check({ B: 1, ...sizes }, none, {}, 12));
  });

  describe('options', () => {
    test('causal', () => check({ L: 5 }, () => ({ isCausal: true }), { hi: 0 }));
    test('causal across tiles', () =>
      check({ B: 1, H: 2, L: 66, S: 66 }, () => ({ isCausal: true }), { hi: 0 }, 12));
    test('causal behind a cache', () => check({}, () => ({ causalOffset: 2 }), { hi: 2 }));
    test('a window', () => check({ L: 7, S: 7 }, () => ({ isCausal: true, window: 3 }), { hi: 0, lo: -2 }));
    test('a window that passes whole tiles', () =>
      check(
        { B: 1, G: 1, L: 130, S: 130 },
        () => ({ isCausal: true, window: 5, enableGqa: true }),
        { hi: 0, lo: -4 },
        10,
      ));
    test('scale', () => check({}, () => ({ scale: 0.3 }), { scale: 0.3 }));
    test('soft cap', () => check({}, () => ({ softcap: 1.5 }), { softcap: 1.5 }));
    test('soft cap, causal, grouped', () =>
      check({ H: 4, L: 5 }, () => ({ softcap: 2, isCausal: true }), { softcap: 2, hi: 0 }));
  });

  describe('masks', () => {
    const [H, L, S] = [2, 3, 5];
    test.each<[string, number[], [number, number, number, number]]>([
      ['for all', [L, S], [0, 0, S, 1]],
      ['of keys', [2, 1, 1, S], [S, 0, 0, 1]],
      ['of each head', [2, H, L, S], [H * L * S, L * S, S, 1]],
    ])('boolean %s', (_, shape, strides) => {
      const n = shape.reduce((a, b) => a * b, 1);
      const attnMask = () => engine().tensor(flags(n), shape, { dtype: 'bool' });
      check({}, () => ({ attnMask: attnMask() }), { mask: { kind: 1, values: flags(n), strides } });
    });

    test('additive, a constant', () => {
      const values = new Random(8).normal(L * S);
      check({}, () => ({ attnMask: engine().tensor(values, [L, S]) }), {
        mask: { kind: 2, values, strides: [0, 0, S, 1] },
      });
    });

    test('several batch dimensions: a mask that has to be copied outlives the call', () => {
      const values = flags(2 * S);
      const p = { B: 4, H: 1, G: 1, L: 2, S, D: 3, Dv: 3, scale: 1 / Math.sqrt(3) };
      expectOp({
        engine: engine(),
        operands: [{ shape: [2, 2, 1, 2, 3] }, { shape: [2, 2, 1, S, 3] }, { shape: [2, 2, 1, S, 3] }],
        op: (q, k, v) =>
          engine().scope(() => {
            const attnMask = engine().tensor(values, [2, 1, 1, 1, S], { dtype: 'bool' });
            return F.scaledDotProductAttention(q, k, v, { attnMask });
          }),
        reference: (q, k, v) => {
          const each = Uint8Array.from(
            { length: 4 * S },
            (_, i) => values[Math.floor(i / (2 * S)) * S + (i % S)],
          );
          return attention({ ...p, q, k, v, mask: { kind: 1, values: each, strides: [S, 0, 0, 1] } }).o;
        },
        tolerance: { abs: 4e-6 },
      });
    });

    test('a query that sees nothing gives zeros, and no gradient', () => {
      engine().scope(() => {
        const leaf = (n: number, shape: number[]) =>
          engine().tensor(new Random(n).normal(n), shape, { requiresGrad: true });
        const [q, k, v] = [leaf(8, [1, 2, 4]), leaf(12, [1, 3, 4]), leaf(12, [1, 3, 4])];
        const attnMask = engine().tensor(Uint8Array.from([1, 1, 1, 0, 0, 0]), [2, 3], { dtype: 'bool' });
        const y = F.scaledDotProductAttention(q, k, v, { attnMask });
        expect(y.toArray().slice(4)).toEqual(new Float32Array(4));
        F.backward(F.sum(y));
        expect(q.grad!.toArray().slice(4)).toEqual(new Float32Array(4));
        expect([...k.grad!.toArray(), ...v.grad!.toArray()].every(Number.isFinite)).toBe(true);
      });
    });
  });

  test('heads split from one projection, without a copy', () => {
    const [B, L, H, D] = [2, 3, 2, 4];
    expectOp({
      engine: engine(),
      operands: [{ shape: [B, L, 3 * H * D] }],
      op: (x) => {
        const heads = (t: Tensor) => F.transpose(F.reshape(t, [B, L, H, D]), 1, 2);
        const [q, k, v] = F.chunk(x, 3, -1).map(heads);
        return F.reshape(F.transpose(F.scaledDotProductAttention(q, k, v), 1, 2), [B, L, H * D]);
      },
      reference: (x) => {
        const part = (which: number) =>
          Float64Array.from({ length: B * H * L * D }, (_, i) => {
            const [b, h, l, d] = [
              Math.floor(i / (H * L * D)),
              Math.floor(i / (L * D)) % H,
              Math.floor(i / D) % L,
              i % D,
            ];
            return x[((b * L + l) * 3 + which) * H * D + h * D + d];
          });
        const [q, k, v] = [0, 1, 2].map(part);
        const { o } = attention({ B, H, G: H, L, S: L, D, Dv: D, q, k, v, scale: 1 / Math.sqrt(D) });
        return Float64Array.from(o, (_, i) => {
          const [b, l, h, d] = [
            Math.floor(i / (L * H * D)),
            Math.floor(i / (H * D)) % L,
            Math.floor(i / D) % H,
            i % D,
          ];
          return o[((b * H + h) * L + l) * D + d];
        });
      },
      tolerance: { abs: 4e-6 },
    });
  });

  describe('the explicit route', () => {
    test('a mask that learns', () => {
      const [B, H, L, S, D] = [1, 2, 3, 4, 3];
      expectOp({
        engine: engine(),
        operands: [
          { shape: [B, H, L, D] },
          { shape: [B, H, S, D] },
          { shape: [B, H, S, D] },
          { shape: [L, S] },
        ],
        op: (q, k, v, attnMask) => F.scaledDotProductAttention(q, k, v, { attnMask }),
        reference: (q, k, v, values) =>
          attention({
            ...{ B, H, G: H, L, S, D, Dv: D, q, k, v, scale: 1 / Math.sqrt(D) },
            mask: { kind: 2, values, strides: [0, 0, S, 1] },
          }).o,
        tolerance: { abs: 4e-6 },
        slopes: { abs: 2e-5, rel: 1e-5 },
      });
    });

    test('weights, with their gradients', () => {
      const [H, L, S, D] = [2, 3, 4, 3];
      expectOp({
        engine: engine(),
        operands: [{ shape: [H, L, D] }, { shape: [H, S, D] }],
        op: (q, k) => F.attentionWithWeights(q, k, k, { causalOffset: 1 }).weights,
        reference: (q, k) =>
          attention({ B: 1, H, G: H, L, S, D, Dv: D, q, k, v: k, scale: 1 / Math.sqrt(D), hi: 1 }).weights,
        slopes: { abs: 2e-5, rel: 1e-5 },
      });
    });

    test('dropout of weights has the gradients of what it kept', () => {
      engine().scope(() => {
        const leaf = (n: number, shape: number[]) =>
          engine().tensor(new Random(n).normal(n), shape, { requiresGrad: true });
        const inputs = [leaf(12, [1, 3, 4]), leaf(20, [1, 5, 4]), leaf(20, [1, 5, 4])];
        const drop = (q: Tensor, k: Tensor, v: Tensor) =>
          F.scaledDotProductAttention(q, k, v, { dropoutP: 0.4, generator: new Generator(3) });
        expect(F.gradcheck(drop, inputs)).toBe(true);
      });
    });
  });
});
