// Caches of 16 and 8 bits: what a row keeps, and attention over it with the bits of attention_f32 over the
// unpacked rows.
import { expect, test } from '@jest/globals';
import { expectCanFail, expectClose } from '../close.js';
import { Random } from '../random.js';
import type { Attention } from '../reference/attention.js';
import { halfValue, toHalf } from '../reference/half.js';
import {
  bounds,
  collect,
  expectSameBits,
  type Layout,
  place,
  placeMask,
  problem,
  randomMask,
  runForward,
} from './attention.js';
import { type Bench, everyVariant } from './harness.js';

const f = Math.fround;
const pad8 = (n: number): number => Math.ceil(n / 8) * 8;
const rowSize = (bits: number, D: number): number => (bits === 16 ? 2 * pad8(D) : pad8(D) + 4);

/** What a row keeps, by definition. */
function kept(x: ArrayLike<number>, bits: number): number[] {
  const values = Array.from(x);
  if (bits === 16) return values.map((v) => halfValue(toHalf(v)));
  const most = values.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  const small = most < f(1e-30);
  const [scale, inverse] = small ? [0, 0] : [f(most / 127), f(127 / most)];
  const even = (v: number): number => v + 1.5 * 2 ** 52 - 1.5 * 2 ** 52;
  return values.map((v) => f(even(f(v * inverse)) * scale));
}

interface Cache {
  p: number;
  strides: [number, number, number];
}

/** Packs (B, H, L, D) into a cache of `room` positions and a gap between its heads. */
function pack(b: Bench, bits: number, x: ArrayLike<number>, dims: number[], layout: Layout = 'dense'): Cache {
  const [B, H, L, D] = dims;
  const from = place(b, layout, [B, H, L, D], x);
  const size = b.kernels.kv_row_size(bits, D);
  const head = (L + 3) * size + 5;
  const p = b.alloc(B * H * head);
  const cut = Math.floor((B * H * L) / 2);
  for (const [begin, end] of [
    [cut, B * H * L],
    [0, cut],
  ])
    b.kernels.kv_pack_f32(
      ...([p, from.p, bits, H, L, D, H * head, head, size, from.b, from.h, from.l] as const),
      ...([begin, end] as const),
    );
  return { p, strides: [H * head, head, size] };
}

function unpack(b: Bench, bits: number, cache: Cache, [B, H, L, D]: number[]): Float32Array {
  const y = b.f32(B * H * L * pad8(D));
  b.kernels.kv_unpack_f32(y, cache.p, bits, H, L, D, ...cache.strides, 0, B * H * L);
  b.checkGuards();
  const all = b.readF32(y, B * H * L * pad8(D));
  const out = new Float32Array(B * H * L * D);
  all.forEach((v, i) => {
    const d = i % pad8(D);
    if (d < D) out[Math.floor(i / pad8(D)) * D + d] = v;
  });
  return out;
}

function attend(b: Bench, bits: number, a: Attention, layout: Layout, cuts: readonly number[] = []) {
  const { B, H, G, L, S, D } = a;
  const k = pack(b, bits, a.k, [B, G, S, D]);
  const v = pack(b, bits, a.v, [B, G, S, D]);
  const q = place(b, layout, [B, H, L, D], a.q);
  const o = place(b, layout, [B, H, L, D]);
  const m = placeMask(b, a);
  const scratch = b.f32(b.kernels.attention_kv_f32_scratch(D));
  const ends = [...cuts, b.kernels.attention_f32_units(B, H, G, L)];
  ends.forEach((end, i) => {
    b.kernels.attention_kv_f32(
      ...([o.p, q.p, k.p, v.p, m.p, scratch, bits, H, G, L, S, D, q.b, q.h, q.l] as const),
      ...([...k.strides, o.b, o.h, o.l, m.kind, m.s[0], m.s[1], m.s[2], m.s[3]] as const),
      ...([a.scale, a.softcap ?? 0, ...bounds(a), i === 0 ? 0 : ends[i - 1], end] as const),
    );
  });
  b.checkGuards();
  const unpacked = { k: unpack(b, bits, k, [B, G, S, D]), v: unpack(b, bits, v, [B, G, S, D]) };
  return { o: collect(b, o, [B, H, L, D]), ...unpacked };
}

everyVariant('kv', (fresh) => {
  test.each([16, 8])('%i bits: rows keep what they should, any size, any layout', (bits) => {
    for (const D of [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 64, 80])
      for (const layout of ['dense', 'projection', 'odd'] as const) {
        const dims = [2, 3, 5, D];
        const x = new Random(D).normal(2 * 3 * 5 * D, 3);
        x.set([0, -0, 1e-9].slice(0, D));
        const b = fresh();
        expect(b.kernels.kv_row_size(bits, D)).toBe(rowSize(bits, D));
        const y = unpack(b, bits, pack(b, bits, x, dims, layout), dims);
        for (let r = 0; r < 30; r++) {
          const row = x.subarray(r * D, (r + 1) * D);
          const got = y.subarray(r * D, (r + 1) * D);
          expect(Array.from(got, (v) => v + 0)).toEqual(kept(row, bits).map((v) => v + 0));
          const most = row.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
          const error = bits === 16 ? 2 ** -11 * most + 2 ** -25 : (most / 127) * 0.5001;
          expectClose(got, row, { abs: error }, `row ${r}`);
        }
        if (D === 64) expectCanFail(x.subarray(0, 64), { abs: 0.02 });
      }
  });

  test('rows of zeros, tiny ones, and what is not finite', () => {
    const rows = [
      [0, 0],
      [1e-33, -1e-33],
      [1, NaN],
      [-Infinity, 1],
      [70000, 1],
      [3, -4],
    ].flat();
    const b = fresh();
    const half = unpack(b, 16, pack(b, 16, rows, [1, 1, 6, 2]), [1, 1, 6, 2]);
    expect(Array.from(half, (v) => v + 0)).toEqual([0, 0, 0, 0, 1, NaN, -Infinity, 1, Infinity, 1, 3, -4]);
    const byte = unpack(b, 8, pack(b, 8, rows, [1, 1, 6, 2]), [1, 1, 6, 2]);
    expect(Array.from(byte.subarray(0, 4), (v) => v + 0)).toEqual([0, 0, 0, 0]);
    expect(byte.subarray(4, 8).some(Number.isFinite)).toBe(false);
    expect(byte[11]).toBeCloseTo(-4, 6);
  });

  /** The same problem over what the cache keeps, by attention_f32. */
  const compare = (what: string, a: Attention, layout: Layout = 'dense', cuts: number[] = []) => {
    for (const bits of [16, 8]) {
      const { o, k, v } = attend(fresh(), bits, a, layout, cuts);
      expectSameBits(o, runForward(fresh(), { ...a, k, v }).o, `${what}, ${bits} bits`);
    }
  };

  test('attention: the bits of attention_f32 over the unpacked cache, around blocks and vectors', () => {
    for (const S of [1, 7, 8, 63, 64, 65, 130])
      for (const D of [1, 4, 7, 8, 12, 20, 64]) compare(`S ${S}, D ${D}`, problem(S + D, { S, D, Dv: D }));
    for (const L of [1, 2, 3, 5, 7])
      for (const [H, G] of [
        [1, 1],
        [4, 4],
        [6, 2],
        [9, 3],
      ])
        compare(
          `L ${L}, H ${H}, G ${G}`,
          problem(L + H, { B: 2, H, G, L, S: 70, D: 8, Dv: 8 }, { hi: 70 - L }),
        );
  });

  test('many rows: more than a tile holds', () => {
    compare('H 40, L 7', problem(1, { H: 40, G: 1, L: 7, S: 20, D: 8, Dv: 8 }, { hi: 13 }));
  });

  test('masks, windows, soft caps, layouts and ranges', () => {
    const shape = { B: 2, H: 6, G: 3, L: 3, S: 150, D: 16, Dv: 16 };
    compare('window', problem(2, shape, { hi: 147, lo: 50 }), 'projection', [4, 1]);
    compare('softcap', problem(3, shape, { softcap: 5, hi: 147 }), 'odd', [2]);
    for (const kind of [1, 2] as const) {
      compare('keys', problem(4, shape, { mask: randomMask(4, kind, [2, 1, 1, 150]), hi: 147 }));
      compare('all', problem(5, shape, { mask: randomMask(5, kind, [2, 6, 3, 150]) }), 'odd');
      compare('none', problem(6, shape, { mask: randomMask(6, kind, [1, 1, 1, 150], 1) }));
    }
  });

  test('a hidden key may hold anything; a shown one that is not finite is not lost', () => {
    const a = problem(7, { L: 1, S: 70, D: 8, Dv: 8 }, { hi: 65 });
    const broken = { ...a, k: Float32Array.from(a.k), v: Float32Array.from(a.v) };
    broken.k.fill(NaN, 66 * 8);
    broken.v.fill(NaN, 66 * 8);
    for (const bits of [16, 8]) {
      const o = attend(fresh(), bits, broken, 'dense').o;
      expectSameBits(o, attend(fresh(), bits, a, 'dense').o, 'hidden');
      expect(attend(fresh(), bits, { ...broken, hi: 69 }, 'dense').o.some(Number.isNaN)).toBe(true);
    }
  });

  test('the comparison can tell: another key, another head, bits dropped', () => {
    const a = problem(8, { H: 2, G: 2, L: 1, S: 9, D: 8, Dv: 8 });
    const { o } = attend(fresh(), 8, a, 'dense');
    expect(() => expectSameBits(o, runForward(fresh(), a).o, 'unrounded')).toThrow();
    const { o: other } = attend(fresh(), 8, { ...a, S: 8, k: a.k, v: a.v }, 'dense');
    expect(() => expectSameBits(o, other, 'a key less')).toThrow();
  });
});
