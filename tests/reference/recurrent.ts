// Recurrent networks in doubles: one step of one sequence, and a whole layer in one direction.
import { sigmoid } from './special.js';

type Numbers = ArrayLike<number>;

export const GATES = { tanh: 1, relu: 1, lstm: 4, gru: 3 } as const;
export type Kind = keyof typeof GATES;

/** x, p: (gates H); prevH, prevC: (H). */
export function recurrentStep(
  kind: Kind,
  x: Numbers,
  p: Numbers,
  prevH: Numbers,
  prevC: Numbers,
): { h: number[]; c: number[] } {
  const H = x.length / GATES[kind];
  const h: number[] = [];
  const c: number[] = [];
  for (let k = 0; k < H; k++) {
    const a = (gate: number): number => x[gate * H + k] + p[gate * H + k];
    if (kind === 'tanh') h.push(Math.tanh(a(0)));
    else if (kind === 'relu') h.push(Math.max(a(0), 0));
    else if (kind === 'lstm') {
      c.push(sigmoid(a(1)) * prevC[k] + sigmoid(a(0)) * Math.tanh(a(2)));
      h.push(sigmoid(a(3)) * Math.tanh(c[k]));
    } else {
      const [r, z] = [sigmoid(a(0)), sigmoid(a(1))];
      const n = Math.tanh(x[2 * H + k] + r * p[2 * H + k]);
      h.push((1 - z) * n + z * prevH[k]);
    }
  }
  return { h, c };
}

export interface RecurrentProblem {
  kind: Kind;
  T: number;
  B: number;
  H: number;
  /** (T, B, gates H) */
  x: Numbers;
  /** (B, R) */
  h0: Numbers;
  /** (B, H), for lstm */
  c0: Numbers;
  /** (gates H, R) */
  weight: Numbers;
  /** (gates H) */
  bias: Numbers | null;
  /** (R, H), for lstm */
  projection: Numbers | null;
  reverse: boolean;
  lengths: readonly number[] | null;
}

/** All states: h (T, B, R), c (T, B, H). */
export function recurrentLayer(q: RecurrentProblem): { h: Float64Array; c: Float64Array } {
  const { kind, T, B, H, weight, projection } = q;
  const R = projection ? projection.length / H : H;
  const width = GATES[kind] * H;
  const h = new Float64Array(T * B * R);
  const c = new Float64Array(T * B * H);
  for (let b = 0; b < B; b++) {
    let prevH = slice(q.h0, b * R, R);
    let prevC = slice(q.c0, b * H, H);
    for (let i = 0; i < T; i++) {
      const t = q.reverse ? T - 1 - i : i;
      if (!q.lengths || t < q.lengths[b]) {
        const p = times(weight, prevH, width).map((v, n) => v + (q.bias ? q.bias[n] : 0));
        const next = recurrentStep(kind, slice(q.x, (t * B + b) * width, width), p, prevH, prevC);
        prevH = projection ? times(projection, next.h, R) : next.h;
        prevC = next.c;
      }
      h.set(prevH, (t * B + b) * R);
      c.set(prevC, (t * B + b) * H);
    }
  }
  return { h, c };
}

function slice(x: Numbers, start: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => x[start + i]);
}

/** w (rows, v.length) times v */
function times(w: Numbers, v: readonly number[], rows: number): number[] {
  return Array.from({ length: rows }, (_, n) => v.reduce((s, a, k) => s + w[n * v.length + k] * a, 0));
}
