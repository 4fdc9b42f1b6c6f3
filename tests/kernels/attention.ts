// Lays attention problems out in a bench's memory in different ways and runs the kernels on them.
import { Random } from '../random.js';
import type { Attention } from '../reference/attention.js';
import type { Bench } from './harness.js';

// In jest a global is looked up through the sandbox each time.
const { isNaN: nan } = Number;
const INFINITY = Infinity;
const UNBOUNDED = 2 ** 30;

export type Shape = Pick<Attention, 'B' | 'H' | 'G' | 'L' | 'S' | 'D' | 'Dv'>;
export type Layout = 'dense' | 'projection' | 'odd';

/** A random problem; scores of a few units, so that the weights are neither flat nor one-hot. */
export function problem(seed: number, shape: Partial<Shape>, rest: Partial<Attention> = {}): Attention {
  const s: Shape = { B: 1, H: 1, G: 1, L: 1, S: 1, D: 4, Dv: 4, ...shape };
  const r = new Random(seed);
  return {
    ...s,
    q: r.normal(s.B * s.H * s.L * s.D, 1.5),
    k: r.normal(s.B * s.G * s.S * s.D),
    v: r.normal(s.B * s.G * s.S * s.Dv),
    scale: 1 / Math.sqrt(s.D),
    ...rest,
  };
}

/** A random mask of the shape (B or 1, ...): strides 0 where it is 1. */
export function randomMask(
  seed: number,
  kind: 1 | 2,
  [b, h, l, s]: readonly [number, number, number, number],
  hidden = 0.3,
): NonNullable<Attention['mask']> {
  const r = new Random(seed);
  const values = Array.from({ length: b * h * l * s }, () => {
    const hide = r.next() < hidden;
    return kind === 1 ? (hide ? 0 : 1 + r.int(255)) : hide ? -Infinity : Math.fround(2 * r.next() - 1);
  });
  const strides = [b > 1 ? h * l * s : 0, h > 1 ? l * s : 0, l > 1 ? s : 0, s > 1 ? 1 : 0] as const;
  return { kind, values, strides };
}

/** Strides of (b, h, l) for a (B, H, L, W) tensor, and its length in elements. */
export function strides(layout: Layout, B: number, H: number, L: number, W: number) {
  if (layout === 'dense') return { b: H * L * W, h: L * W, l: W, length: B * H * L * W };
  if (layout === 'projection') return { b: L * H * W, h: W, l: H * W, length: B * L * H * W };
  const l = W + 3;
  const h = L * l + 7;
  const b = H * h + 13;
  return { b, h, l, length: B * b };
}

/** Dense values into the layout; what lies between stays NaN, so that reading it is seen. */
export function place(
  bench: Bench,
  layout: Layout,
  dims: readonly [number, number, number, number],
  values?: ArrayLike<number>,
) {
  const [B, H, L, W] = dims;
  const s = strides(layout, B, H, L, W);
  const data = new Float32Array(s.length).fill(Number.NaN);
  if (values) each(dims, (i, b, h, l, w) => (data[b * s.b + h * s.h + l * s.l + w] = values[i]));
  return { p: bench.f32(data, layout === 'odd' ? 4 : 0), ...s };
}

export function each(
  [B, H, L, W]: readonly [number, number, number, number],
  visit: (i: number, b: number, h: number, l: number, w: number) => void,
): void {
  let i = 0;
  for (let b = 0; b < B; b++)
    for (let h = 0; h < H; h++)
      for (let l = 0; l < L; l++) for (let w = 0; w < W; w++) visit(i++, b, h, l, w);
}

/** Reads a placed tensor back, dense. */
export function collect(
  bench: Bench,
  t: ReturnType<typeof place>,
  dims: readonly [number, number, number, number],
): Float32Array {
  const data = bench.readF32(t.p, t.length);
  const out = new Float32Array(dims[0] * dims[1] * dims[2] * dims[3]);
  const touched = new Uint8Array(data.length);
  each(dims, (i, b, h, l, w) => {
    const at = b * t.b + h * t.h + l * t.l + w;
    touched[at] = 1;
    out[i] = data[at];
  });
  for (let i = 0; i < data.length; i++)
    if (touched[i] === 0 && !nan(data[i])) throw new Error(`wrote between the rows, at ${i}`);
  return out;
}

export function placeMask(bench: Bench, a: Attention) {
  const { kind, values, strides: s } = a.mask ?? { kind: 0, values: [], strides: [0, 0, 0, 0] as const };
  const p = kind === 1 ? bench.u8(values) : kind === 2 ? bench.f32(values) : 0;
  return { p, kind, s };
}

export function bounds(a: Attention): [number, number] {
  return [a.lo ?? -UNBOUNDED, a.hi ?? UNBOUNDED];
}

/** Copies `bytes` from p to the very end of a grown memory: whoever reads past them traps. */
function moveToEnd(bench: Bench, p: number, bytes: number): number {
  const { memory } = bench.kernels as unknown as { memory: WebAssembly.Memory };
  memory.grow(Math.ceil(bytes / 65536));
  const end = memory.buffer.byteLength - bytes;
  new Uint8Array(memory.buffer).copyWithin(end, p, p + bytes);
  return end;
}

/** Runs attention_f32, the range cut at `cuts` (in an order other than the natural one). */
export function runForward(
  bench: Bench,
  a: Attention,
  layout: Layout = 'dense',
  cuts: readonly number[] = [],
  atEnd?: 'q' | 'k' | 'v' | 'mask',
): { o: Float32Array; lse: Float32Array } {
  const { B, H, G, L, S, D, Dv } = a;
  const K = bench.kernels;
  const q = place(bench, layout, [B, H, L, D], a.q);
  const k = place(bench, layout, [B, G, S, D], a.k);
  const v = place(bench, layout, [B, G, S, Dv], a.v);
  const o = place(bench, layout, [B, H, L, Dv]);
  const m = placeMask(bench, a);
  const lse = bench.f32(B * H * L);
  const scratch = bench.f32(K.attention_f32_scratch(D, Dv));
  if (atEnd === 'mask') m.p = moveToEnd(bench, m.p, (a.mask?.values.length ?? 0) * (m.kind === 1 ? 1 : 4));
  else if (atEnd)
    ({ q, k, v })[atEnd].p = moveToEnd(bench, { q, k, v }[atEnd].p, { q, k, v }[atEnd].length * 4);
  const ends = [...cuts, K.attention_f32_units(B, H, G, L)];
  ends.forEach((end, i) => {
    const begin = i === 0 ? 0 : ends[i - 1];
    // biome-ignore format: the groups of the signature
    K.attention_f32(
      o.p, lse, q.p, k.p, v.p, m.p, scratch, H, G, L, S, D, Dv,
      q.b, q.h, q.l, k.b, k.h, k.l, v.b, v.h, v.l, o.b, o.h, o.l,
      m.kind, m.s[0], m.s[1], m.s[2], m.s[3], a.scale, a.softcap ?? 0, ...bounds(a), begin, end,
    );
  });
  bench.checkGuards();
  return { o: collect(bench, o, [B, H, L, Dv]), lse: bench.readF32(lse, B * H * L) };
}

/** Runs attention_weights_f32: (B, H, L, S) at a stage, 0 product, 1 capped, 2 masked, 3 weights. */
export function runWeights(
  bench: Bench,
  a: Attention,
  stage: 0 | 1 | 2 | 3,
  layout: Layout = 'dense',
  cuts: readonly number[] = [],
): Float32Array {
  const { B, H, G, L, S, D } = a;
  const K = bench.kernels;
  const q = place(bench, layout, [B, H, L, D], a.q);
  const k = place(bench, layout, [B, G, S, D], a.k);
  const w = place(bench, layout === 'odd' ? 'odd' : 'dense', [B, H, L, S]);
  const m = placeMask(bench, a);
  const scratch = bench.f32(K.attention_f32_scratch(D, 0));
  const ends = [...cuts, K.attention_f32_units(B, H, G, L)];
  ends.forEach((end, i) => {
    const begin = i === 0 ? 0 : ends[i - 1];
    // biome-ignore format: the groups of the signature
    K.attention_weights_f32(
      w.p, q.p, k.p, m.p, scratch, H, G, L, S, D,
      q.b, q.h, q.l, k.b, k.h, k.l, w.b, w.h, w.l,
      m.kind, m.s[0], m.s[1], m.s[2], m.s[3], a.scale, a.softcap ?? 0, ...bounds(a), stage, begin, end,
    );
  });
  bench.checkGuards();
  return collect(bench, w, [B, H, L, S]);
}

/** The largest finite magnitude. */
export function largest(x: ArrayLike<number>): number {
  let m = 0;
  for (let i = 0; i < x.length; i++) {
    const y = x[i] < 0 ? -x[i] : x[i];
    if (y > m && y !== INFINITY) m = y;
  }
  return m;
}

/**
 * Relative error of a weight or a weighted mean: roundings of the scores grow as sqrt(D) times their
 * size, those of the sums as sqrt(S).
 */
export function relativeError(a: Attention): number {
  const score = largest(a.q) * largest(a.k) * Math.abs(a.scale) * Math.sqrt(a.D) + (a.softcap ?? 0);
  return 2 ** -23 * (4 + score + Math.sqrt(a.S));
}

/** Throws unless both hold the same bits. */
export function expectSameBits(actual: Float32Array, expected: Float32Array, what: string): void {
  const [x, y] = [actual, expected].map((f) => new Int32Array(f.buffer, f.byteOffset, f.length));
  if (x.length !== y.length) throw new Error(`${what}: ${x.length} elements, expected ${y.length}`);
  for (let i = 0; i < y.length; i++)
    if (x[i] !== y[i])
      throw new Error(`${what}: element ${i} is ${actual[i]}, expected exactly ${expected[i]}`);
}
