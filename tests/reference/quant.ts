// The int8 product with the kernel's rounding: integers are exact, and every f32 operation rounds once.
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
