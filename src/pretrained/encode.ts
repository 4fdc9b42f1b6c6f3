// Matrices in the form that quantized.ts reads, with the integers and scales that the kernels make while loading
// (assembly/quant: pack.ts, pack4.ts, q8_0/pack.ts, q4_1/pack.ts).
import type { TensorBytes } from '../io/safetensors/parse.js';
import type { QuantizedDType } from '../ops/quantized.js';
import { GROUP } from './quantized.js';

const f = Math.fround;
const TINY = f(1e-30);

/** To the nearest integer, ties to even, of a float below 2^22: as the kernels round. */
const round = (x: number): number => f(f(x + 12582912) - 12582912);

const clamp = (x: number, low: number, high: number): number => Math.max(Math.min(x, high), low);

interface Pair {
  readonly values: TensorBytes;
  readonly scales: TensorBytes;
}

/**
 * Rows (N, K) of a dtype; null if not all weights are finite, or for 4 bits if K is odd.
 * @param w (N, K) dense
 */
export function encode(w: Float32Array, K: number, dtype: QuantizedDType): Pair | null {
  if (K === 0 || !w.every(Number.isFinite)) return null;
  return ENCODERS[dtype](w, K);
}

const ENCODERS: Readonly<Record<QuantizedDType, (w: Float32Array, K: number) => Pair | null>> = {
  q8(w, K) {
    const N = w.length / K;
    const q = new Int8Array(w.length);
    const most = new Float32Array(N);
    for (let n = 0; n < N; n++) {
      const row = w.subarray(n * K, (n + 1) * K);
      most[n] = magnitude(row);
      const inverse = most[n] < TINY ? 0 : f(127 / most[n]);
      for (let k = 0; k < K; k++) q[n * K + k] = round(f(row[k] * inverse));
    }
    return {
      values: { dtype: 'I8', shape: [N, K], bytes: new Uint8Array(q.buffer) },
      scales: { dtype: 'F32', shape: [N], bytes: new Uint8Array(most.buffer) },
    };
  },

  q8_0: (w, K) =>
    inGroups(w, K, 8, 1, (part) => {
      const most = magnitude(part);
      const scale = most < TINY ? 0 : brain(f(most / 127));
      const inverse = inverseOf(scale);
      return { numbers: [scale], step: (v) => clamp(round(f(v * inverse)), -127, 127) };
    }),

  q4: (w, K) =>
    inGroups(w, K, 4, 1, (part) => {
      const most = part.reduce((m, v) => (Math.abs(v) > Math.abs(m) ? v : m), 0);
      const scale = Math.abs(most) < TINY ? 0 : brain(f(most / -8));
      const inverse = inverseOf(scale);
      return { numbers: [scale], step: (v) => clamp(round(f(v * inverse)) + 8, 0, 15) };
    }),

  q4_1: (w, K) =>
    inGroups(w, K, 4, 2, (part) => {
      const low = part.reduce((m, v) => Math.min(m, v), 0);
      const minimum = low > -TINY ? 0 : brain(low);
      const range = f(part.reduce((m, v) => Math.max(m, v), 0) - minimum);
      const scale = range < TINY ? 0 : brain(f(range / 15));
      const inverse = inverseOf(scale);
      return { numbers: [scale, minimum], step: (v) => clamp(round(f(f(v - minimum) * inverse)), 0, 15) };
    }),
};

const magnitude = (part: Float32Array): number => part.reduce((m, v) => Math.max(m, Math.abs(v)), 0);

const inverseOf = (scale: number): number => (scale === 0 ? 0 : f(1 / scale));

/** How a group is rounded: its numbers, bf16 each, and the integer of a weight. */
interface Rounding {
  readonly numbers: readonly number[];
  step(v: number): number;
}

/** Every GROUP weights of a row by themselves; null if a scale is too large for bf16. */
function inGroups(
  w: Float32Array,
  K: number,
  bits: 4 | 8,
  count: 1 | 2,
  roundingOf: (part: Float32Array) => Rounding,
): Pair | null {
  if (bits === 4 && K % 2 !== 0) return null;
  const N = w.length / K;
  const groups = Math.ceil(K / GROUP);
  const q = new Uint8Array((w.length * bits) / 8);
  const scales = new Uint16Array(N * groups * count);
  for (let n = 0, at = 0; n < N; n++)
    for (let k = 0; k < K; k += GROUP) {
      const first = n * K + k;
      const part = w.subarray(first, first + Math.min(GROUP, K - k));
      const { numbers, step } = roundingOf(part);
      if (!numbers.every(Number.isFinite)) return null;
      for (const number of numbers) scales[at++] = bitsOf(number);
      if (bits === 8) q.set(Array.from(part, step), first);
      else for (let i = 0; i < part.length; i++) q[(first + i) >> 1] |= step(part[i]) << (4 * (i & 1));
    }
  return {
    values: { dtype: bits === 8 ? 'I8' : 'U8', shape: [N, (K * bits) / 8], bytes: q },
    scales: {
      dtype: 'BF16',
      shape: count === 1 ? [N, groups] : [N, groups, count],
      bytes: new Uint8Array(scales.buffer),
    },
  };
}

const WORD = new DataView(new ArrayBuffer(4));

/** The bits of a bf16. */
function bitsOf(x: number): number {
  WORD.setFloat32(0, x);
  return WORD.getUint16(0);
}

/** The nearest bf16, ties to even. */
function brain(x: number): number {
  WORD.setFloat32(0, x);
  const exact = WORD.getUint32(0);
  WORD.setUint32(0, ((exact + 0x7fff + ((exact >>> 16) & 1)) >>> 16) << 16);
  return WORD.getFloat32(0);
}
