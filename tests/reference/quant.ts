// The int8 and int4 products with the kernel's rounding: integers are exact, and every f32 operation rounds once.
type Numbers = ArrayLike<number>;
const f = Math.fround;

/** To the nearest integer, ties to even, of a double below 2^51. */
export const roundEven = (x: number): number => x + 1.5 * 2 ** 52 - 1.5 * 2 ** 52;

export interface Quantized {
  /** integers */
  q: Int32Array;
  scale: number;
  /** the integer that stands for 0 */
  zero: number;
}

/** A row of activations in 7 bits: x = scale (q - zero), q in 0..127. */
export function quantizeRow(x: Numbers): Quantized {
  const values = Array.from(x);
  const low = values.reduce((a, v) => Math.max(a, -v), 0);
  const high = values.reduce((a, v) => Math.max(a, v), 0);
  const range = f(low + high);
  const small = range < f(1e-30);
  const inverse = small ? 0 : f(127 / range);
  const zero = roundEven(f(low * inverse));
  const q = Int32Array.from(values, (v) => Math.min(roundEven(f(v * inverse)) + zero, 127));
  return { q, zero, scale: small ? 0 : f(range / 127) };
}

/** A channel of weights in 8 bits: w = scale q, q in -127..127. */
export function quantizeChannel(w: Numbers): Quantized {
  const values = Array.from(w);
  const most = values.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  const small = most < f(1e-30);
  const inverse = small ? 0 : f(127 / most);
  const q = Int32Array.from(values, (v) => roundEven(f(v * inverse)));
  return { q, zero: 0, scale: small ? 0 : f(most / 127) };
}

export interface QuantCase {
  M: number;
  N: number;
  K: number;
  /** (M, K), row stride xm */
  x: Float32Array;
  xm: number;
  /** (N, K), element (n, k) at n wn + k wk */
  w: Float32Array;
  wn: number;
  wk: number;
  bias?: Float32Array;
  /** (M, N), row stride rm */
  residual?: Float32Array;
  rm: number;
}

export const rowOf = ({ x, xm, K }: QuantCase, m: number): Float32Array => x.subarray(m * xm, m * xm + K);

export const channelOf = ({ w, wn, wk, K }: QuantCase, n: number): Float32Array =>
  Float32Array.from({ length: K }, (_, k) => w[n * wn + k * wk]);

/** (M, N) dense: the bits that the kernel has to give. */
export function gemmQ8(g: QuantCase, act = (x: number): number => x): Float32Array {
  const { M, N, K, bias, residual } = g;
  const channels = Array.from({ length: N }, (_, n) => quantizeChannel(channelOf(g, n)));
  const c = new Float32Array(M * N);
  for (let m = 0; m < M; m++) {
    const a = quantizeRow(rowOf(g, m));
    for (let n = 0; n < N; n++) {
      const w = channels[n];
      let sum = 0; // of integers below 2^53: exact
      for (let k = 0; k < K; k++) sum += (a.q[k] - a.zero) * w.q[k];
      let y = f(f(sum) * f(a.scale * w.scale));
      if (bias) y = f(y + bias[n]);
      y = f(act(y));
      c[m * N + n] = residual ? f(y + residual[m * g.rm + n]) : y;
    }
  }
  return c;
}

/** x to bf16, to nearest even, as f32. */
export function bf16(x: number): number {
  const word = new Uint32Array(1);
  const view = new Float32Array(word.buffer);
  view[0] = x;
  word[0] = ((word[0] + 0x7fff + ((word[0] >>> 16) & 1)) >>> 16) << 16;
  return view[0];
}

/** 32 values or fewer of a channel in 4 bits: w = scale q, q in -8..7. */
export function quantizeGroup4(w: Numbers): Quantized {
  const values = Array.from(w);
  const most = values.reduce((a, v) => (Math.abs(v) > Math.abs(a) ? v : a), 0);
  const scale = Math.abs(most) < f(1e-30) ? 0 : bf16(f(most / -8));
  const inverse = scale === 0 ? 0 : f(1 / scale);
  const q = Int32Array.from(values, (v) => Math.max(Math.min(roundEven(f(v * inverse)), 7), -8));
  return { q, scale, zero: 0 };
}

/** 32 values or fewer of a channel in 4 bits with a minimum: w = scale q + minimum, q in 0..15. */
export function quantizeGroup4_1(w: Numbers): Block {
  const values = Array.from(w);
  const low = values.reduce((a, v) => Math.min(a, v), 0);
  const minimum = low > f(-1e-30) ? 0 : bf16(low);
  const range = f(values.reduce((a, v) => Math.max(a, v), 0) - minimum);
  const scale = range < f(1e-30) ? 0 : bf16(f(range / 15));
  const inverse = scale === 0 ? 0 : f(1 / scale);
  const step = (v: number): number => Math.max(Math.min(roundEven(f(f(v - minimum) * inverse)), 15), 0);
  return { q: Int32Array.from(values, step), scale, minimum };
}

/** 32 values or fewer of a channel in 8 bits: w = scale q, q in -127..127. */
export function quantizeGroup8(w: Numbers): Block {
  const values = Array.from(w);
  const most = values.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  const scale = most < f(1e-30) ? 0 : bf16(f(most / 127));
  const inverse = scale === 0 ? 0 : f(1 / scale);
  const step = (v: number): number => Math.max(Math.min(roundEven(f(v * inverse)), 127), -127);
  return { q: Int32Array.from(values, step), scale, minimum: 0 };
}

/** A group of weights: scale q + minimum. */
export interface Block {
  q: Int32Array;
  scale: number;
  minimum: number;
}

/** Quantises one group. */
export type Quantizer = (w: Numbers) => Block;

export const BLOCKS = {
  q4: (w: Numbers): Block => ({ ...quantizeGroup4(w), minimum: 0 }),
  q4_1: quantizeGroup4_1,
  q8_0: quantizeGroup8,
} as const satisfies Record<string, Quantizer>;

const GROUP = 32;

function inGroups<T>(values: Float32Array, each: (part: Float32Array) => T): T[] {
  const parts = Math.ceil(values.length / GROUP);
  return Array.from({ length: parts }, (_, g) => each(values.subarray(g * GROUP, (g + 1) * GROUP)));
}

/** What is left of a channel. */
export const roundedChannel = (w: Float32Array, quantize: Quantizer): Float32Array =>
  Float32Array.from(
    inGroups(w, quantize).flatMap(({ q, scale, minimum }) =>
      Array.from(q, (v) => f(v * scale) + minimum + 0),
    ),
  );

/**
 * (M, N) dense: the bits that the kernel of a format in groups has to give.  Activations: 8 bits, symmetric, a scale a
 * group.  A minimum goes with the sum of a group's activations.
 */
export function gemmBlocks(g: QuantCase, quantize: Quantizer, act = (x: number): number => x): Float32Array {
  const { M, N, bias, residual } = g;
  const channels = Array.from({ length: N }, (_, n) => inGroups(channelOf(g, n), quantize));
  const c = new Float32Array(M * N);
  for (let m = 0; m < M; m++) {
    const row = inGroups(rowOf(g, m), quantizeChannel);
    for (let n = 0; n < N; n++) {
      let y = 0;
      row.forEach((a, i) => {
        const { q, scale, minimum } = channels[n][i];
        const sum = f(f(a.q.reduce((s, v, k) => s + v * q[k], 0)) * f(a.scale * scale));
        const all = a.q.reduce((s, v) => s + v, 0);
        y = f(y + f(sum + f(minimum * f(a.scale * f(all)))));
      });
      if (bias) y = f(y + bias[n]);
      y = f(act(y));
      c[m * N + n] = residual ? f(y + residual[m * g.rm + n]) : y;
    }
  }
  return c;
}
